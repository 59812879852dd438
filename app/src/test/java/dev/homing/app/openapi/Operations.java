package dev.homing.app.openapi;

import static java.util.Objects.requireNonNull;

import dev.homing.app.http.FieldsOf;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.OrderedBy;
import dev.homing.app.problem.ProblemType;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.core.MethodParameter;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.ValueConstants;
import org.springframework.web.method.HandlerMethod;

/** Describes each operation from its handler's signature and doc comment. */
final class Operations implements GlobalOperationCustomizer {
  /** Problems that any operation can answer with. */
  static final List<Integer> COMMON = List.of(400, 401, 403, 408, 413, 415, 429, 431, 500, 503);

  /** Of handlers whose names alone do not say it. */
  private static final Map<String, String> IDS =
      Map.ofEntries(
          Map.entry("SubscriptionController.keys", "listPublicKeys"),
          Map.entry("SubscriptionController.rotate", "rotateSecret"),
          Map.entry("SubscriptionController.merge", "changeSubscription"),
          Map.entry("EventController.payload", "getPayload"),
          Map.entry("AuditController.list", "listAuditEntries"),
          Map.entry("AuditController.export", "exportAuditEntries"),
          Map.entry("ReconciliationController.findings", "getReconciliation"),
          Map.entry("ReconciliationController.repair", "repair"),
          Map.entry("ResealingController.usage", "getEncryptionKeys"),
          Map.entry("ResealingController.reseal", "resealSecrets"),
          Map.entry("SubscriptionController.reveal", "revealSecret"),
          Map.entry("StatisticsController.ofTenant", "getStatistics"),
          Map.entry("StatisticsController.ofSubscription", "getSubscriptionStatistics"));

  private static final Map<String, String> TAGS =
      Map.of(
          "Reconciliation", "Administration",
          "Resealing", "Administration",
          "Audit", "Audit",
          "Statistics", "Statistics");

  private static final Set<String> TIMES = Set.of("since", "until");

  private final ModelConverterContext schemas;

  Operations(ModelConverterContext schemas) {
    this.schemas = schemas;
  }

  @Override
  public Operation customize(Operation operation, HandlerMethod handler) {
    Method method = handler.getMethod();
    String text = DocComments.of(method);
    String resource = handler.getBeanType().getSimpleName().replace("Controller", "");
    RequestBody body = body(handler);
    return operation
        .tags(List.of(TAGS.getOrDefault(resource, plural(resource))))
        .operationId(id(method, resource))
        .summary(text.split("[.;:] ", 2)[0].replaceFirst("\\.$", ""))
        .description(text)
        .parameters(parameters(handler))
        .requestBody(body)
        .responses(responses(method));
  }

  private static String id(Method method, String resource) {
    String known = IDS.get(method.getDeclaringClass().getSimpleName() + "." + method.getName());
    return known != null
        ? known
        : method.getName() + (method.getName().equals("list") ? plural(resource) : resource);
  }

  private static String plural(String resource) {
    return resource.endsWith("y") && !resource.equals("Key")
        ? resource.replaceFirst("y$", "ies")
        : resource + "s";
  }

  private List<Parameter> parameters(HandlerMethod handler) {
    Map<String, String> docs = DocComments.parameters(handler.getMethod());
    List<Parameter> all = new ArrayList<>();
    for (MethodParameter given : handler.getMethodParameters()) {
      String name = given.getParameter().getName();
      String doc = docs.getOrDefault(name, "");
      if (given.hasParameterAnnotation(PathVariable.class)) {
        all.add(parameter("path", name, doc, "string").required(true));
      }
      RequestParam query = given.getParameterAnnotation(RequestParam.class);
      if (query != null) {
        all.add(query(query, query.name().isEmpty() ? name : query.name(), doc, given));
      }
      RequestHeader header = given.getParameterAnnotation(RequestHeader.class);
      if (header != null) {
        all.add(parameter("header", header.name(), doc, "string"));
      }
      if (given.hasParameterAnnotation(ModelAttribute.class)) {
        filters(given.getParameterType()).forEach(all::add);
      }
      if (given.getParameterType() == ListRequest.class) {
        list(given, handler.getMethod().getName().equals("export")).forEach(all::add);
      }
    }
    if (handler.getMethod().getName().equals("publish")) {
      keys().forEach(all::add);
    }
    return all;
  }

  private static Parameter query(
      RequestParam query, String name, String doc, MethodParameter given) {
    String type = given.getParameterType() == Boolean.class ? "boolean" : "string";
    Parameter parameter = parameter("query", name, doc, type);
    if (!query.defaultValue().equals(ValueConstants.DEFAULT_NONE)) {
      parameter.getSchema().setDefault(query.defaultValue());
    }
    if (TIMES.contains(name)) {
      parameter.getSchema().setFormat("date-time");
    }
    return parameter;
  }

  private static Stream<Parameter> filters(Class<?> record) {
    Map<String, String> docs = DocComments.components(record);
    return Arrays.stream(record.getRecordComponents())
        .map(RecordComponent::getName)
        .map(name -> parameter("query", name, docs.getOrDefault(name, ""), "string"));
  }

  private static Stream<Parameter> list(MethodParameter given, boolean whole) {
    Parameter since = parameter("query", "since", "Only items from this time on.", "string");
    Parameter until = parameter("query", "until", "Only items before this time.", "string");
    since.getSchema().setFormat("date-time");
    until.getSchema().setFormat("date-time");
    if (whole) {
      return Stream.of(since, until);
    }
    Parameter limit = parameter("query", "limit", "Items in a page.", "integer");
    limit.setSchema(RecordSchemas.typed("integer"));
    limit.getSchema().minimum(BigDecimal.ONE).maximum(BigDecimal.valueOf(250));
    limit.getSchema().setDefault(50);
    Parameter cursor =
        parameter("query", "cursor", "The `next_cursor` of the page before.", "string");
    OrderedBy changed = given.getParameterAnnotation(OrderedBy.class);
    if (changed == null) {
      return Stream.of(since, until, limit, cursor);
    }
    Parameter order =
        parameter(
            "query",
            "order",
            "`newest` first, or oldest first in the order in which items change, to be polled.",
            "string");
    order.setSchema(words("newest", changed.value()));
    return Stream.of(since, until, order, limit, cursor);
  }

  private static Schema<?> words(String... words) {
    @SuppressWarnings("unchecked")
    Schema<Object> schema = (Schema<Object>) RecordSchemas.typed("string");
    schema.setEnum(List.of((Object[]) words));
    return schema;
  }

  /** The headers that a publisher may send. */
  private static Stream<Parameter> keys() {
    Parameter request =
        parameter(
            "header",
            "Idempotency-Key",
            "Names the request: the same again gets the same answer. 1 to 255 visible ASCII"
                + " characters, with quotes on both sides or none.",
            "string");
    Parameter event =
        parameter(
            "header",
            "Homing-Event-Id",
            "Your own name for the event, which is accepted once as long as events are kept.",
            "string");
    event.getSchema().setPattern("^[A-Za-z0-9._-]{1,64}$");
    Parameter order =
        parameter(
            "header",
            "Homing-Ordering-Key",
            "Ordered subscriptions receive events with the same key one after the other.",
            "string");
    order.getSchema().setPattern("^[!-~]{1,128}$");
    Parameter hops =
        parameter(
            "header",
            "homing-hops",
            "How often the event came through a Homing, as its delivery said.",
            "string");
    hops.getSchema().setPattern("^[0-9]{1,9}$");
    return Stream.of(request, event, order, hops);
  }

  private static Parameter parameter(String in, String name, String doc, String type) {
    Parameter parameter =
        new Parameter().in(in).name(name).required(false).schema(RecordSchemas.typed(type));
    return doc.isEmpty() ? parameter : parameter.description(doc);
  }

  private @Nullable RequestBody body(HandlerMethod handler) {
    if (handler.getMethod().getName().equals("publish")) {
      return new RequestBody()
          .description(
              "The payload: any bytes of any content type, `application/json` if none is said.")
          .content(
              new Content()
                  .addMediaType("application/json", anything())
                  .addMediaType("*/*", bytes()));
    }
    for (MethodParameter given : handler.getMethodParameters()) {
      var annotation =
          given.getParameterAnnotation(org.springframework.web.bind.annotation.RequestBody.class);
      if (annotation != null) {
        Content content = new Content();
        FieldsOf fields = given.getParameterAnnotation(FieldsOf.class);
        boolean patch = fields != null && fields.patch();
        Schema<?> schema = schema(fields == null ? given.getParameterType() : fields.value());
        MediaType type = new MediaType().schema(patch ? patchOf(schema) : schema);
        content.addMediaType("application/json", type);
        if (patch) {
          content.addMediaType("application/merge-patch+json", type);
        }
        return new RequestBody().required(annotation.required()).content(content);
      }
    }
    return null;
  }

  private static MediaType bytes() {
    return new MediaType().schema(RecordSchemas.typed("string").format("binary"));
  }

  private static MediaType anything() {
    return new MediaType().schema(new Schema<>());
  }

  /** The same without required fields. */
  private Schema<?> patchOf(Schema<?> whole) {
    String name = whole.get$ref().substring(whole.get$ref().lastIndexOf('/') + 1);
    if (name.endsWith("Patch")) {
      return whole;
    }
    Schema<?> request = requireNonNull(schemas.getDefinedModels().get(name), name);
    Schema<?> patch = RecordSchemas.typed("object");
    patch.setDescription("What to change; null removes a field (RFC 7396).");
    patch.setProperties(request.getProperties());
    String patched = name.replace("Request", "Patch");
    schemas.defineModel(patched, patch);
    return RecordSchemas.to(patched);
  }

  private Schema<?> schema(Type type) {
    return schemas.resolve(new AnnotatedType(type));
  }

  private ApiResponses responses(Method method) {
    ApiResponses all = new ApiResponses();
    SortedMap<Integer, String> answer = new TreeMap<>(DocComments.answer(method));
    if (answer.isEmpty()) {
      ResponseStatus status = method.getAnnotation(ResponseStatus.class);
      answer.put(status == null ? 200 : status.value().value(), "Done.");
    }
    answer.forEach((status, text) -> all.addApiResponse("" + status, answer(method, status, text)));
    SortedMap<Integer, ApiResponse> problems = new TreeMap<>();
    COMMON.forEach(
        status -> problems.put(status, new ApiResponse().$ref("#/components/responses/" + status)));
    DocComments.problems(method)
        .forEach((status, text) -> problems.put(status, problem(status, text)));
    problems.forEach((status, response) -> all.addApiResponse("" + status, response));
    return all;
  }

  private ApiResponse answer(Method method, int status, String text) {
    ApiResponse response = new ApiResponse().description(text);
    content(method).ifPresent(response::setContent);
    reference(response, "Homing-Request-Id", "RateLimit-Policy", "RateLimit");
    if (status == 201 || method.getName().equals("publish")) {
      reference(response, "Location");
    }
    if (method.getName().equals("publish")) {
      reference(response, "Idempotent-Replayed");
    }
    if (method.getName().equals("payload")) {
      reference(response, "Content-Disposition");
    }
    if (method.toGenericString().contains("ResponseEntity<dev.homing.app.subscription.")) {
      reference(response, "ETag");
    }
    return response;
  }

  private Optional<Content> content(Method method) {
    Type type = method.getGenericReturnType();
    if (type instanceof ParameterizedType entity && entity.getRawType() == ResponseEntity.class) {
      type = entity.getActualTypeArguments()[0];
    }
    if (method.getName().equals("export")) {
      Schema<?> lines = RecordSchemas.typed("string");
      lines.setDescription("An `AuditEntry` in each line.");
      return Optional.of(
          new Content().addMediaType("application/x-ndjson", new MediaType().schema(lines)));
    }
    if (type == byte[].class) {
      return Optional.of(
          new Content().addMediaType("*/*", bytes()).addMediaType("application/json", anything()));
    }
    return type == void.class
        ? Optional.empty()
        : Optional.of(
            new Content().addMediaType("application/json", new MediaType().schema(schema(type))));
  }

  /** The answer to a problem with this status; its types are those of the status that may come. */
  static ApiResponse problem(int status, String text) {
    List<String> types =
        Arrays.stream(ProblemType.values())
            .filter(type -> type.status().value() == status)
            .filter(type -> type != ProblemType.EXPIRED || text.contains("expired"))
            .map(type -> "`" + type.uri() + "`")
            .toList();
    ApiResponse response =
        new ApiResponse()
            .description(
                "%s %s: %s."
                    .formatted(
                        text, types.size() == 1 ? "Type" : "Types", String.join(", ", types)))
            .content(
                new Content()
                    .addMediaType(
                        "application/problem+json",
                        new MediaType().schema(RecordSchemas.to("Problem"))));
    reference(response, "Homing-Request-Id", "RateLimit-Policy", "RateLimit");
    switch (status) {
      case 401 -> reference(response, "WWW-Authenticate");
      case 415 -> reference(response, "Accept-Encoding");
      case 429, 503 -> reference(response, "Retry-After");
      default -> {}
    }
    return response;
  }

  private static void reference(ApiResponse response, String... headers) {
    for (String name : headers) {
      response.addHeaderObject(name, new Header().$ref("#/components/headers/" + name));
    }
  }
}
