package dev.homing.app.openapi;

import static java.util.Objects.requireNonNull;

import dev.homing.app.access.RoutesTest;
import dev.homing.app.problem.Problem;
import dev.homing.app.problem.ProblemType;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.converter.ModelConverterContextImpl;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the OpenAPI document, in an instance that was started for it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("springdoc.api-docs.enabled")
class Description {
  /** Rises with the API, not with each release. */
  private static final String VERSION = "0.1";

  private static final String KEY = "key";

  private static final Map<String, String> HEADERS =
      Map.ofEntries(
          Map.entry("Homing-Request-Id", "`req_…`: the audit log shows the same id."),
          Map.entry("RateLimit-Policy", "The quotas of the caller, if there are any."),
          Map.entry("RateLimit", "What is left of the quotas."),
          Map.entry("Location", "The path of what was made."),
          Map.entry("ETag", "The version, to be sent back as `If-Match`."),
          Map.entry("Idempotent-Replayed", "`true`: the event was accepted before."),
          Map.entry("Content-Disposition", "A download, named after the event."),
          Map.entry("Retry-After", "Seconds to wait before the request is repeated."),
          Map.entry("WWW-Authenticate", "`Bearer`."),
          Map.entry("Accept-Encoding", "`gzip`, if the encoding was the problem."));

  @Bean
  ModelConverterContext schemas() {
    return new ModelConverterContextImpl(new RecordSchemas());
  }

  @Bean
  GlobalOperationCustomizer operations(ModelConverterContext schemas) {
    return new Operations(schemas);
  }

  @Bean
  GlobalOpenApiCustomizer document(ModelConverterContext schemas) {
    return document -> complete(document, schemas);
  }

  private static void complete(OpenAPI document, ModelConverterContext schemas) {
    document.setInfo(
        new Info()
            .title("Homing")
            .description("Durable webhook delivery: publish events, and see what became of them.")
            .version(VERSION)
            .license(new License().name("Apache-2.0").identifier("Apache-2.0")));
    document.setServers(List.of(new Server().url("/")));
    document.setTags(null);
    document.setPaths(sorted(document.getPaths()));
    document.setComponents(components(schemas));
  }

  private static Paths sorted(Paths paths) {
    Paths sorted = new Paths();
    new TreeMap<>(paths)
        .forEach(
            (path, item) -> {
              sorted.addPathItem(path, inOrder(item));
              item.readOperationsMap()
                  .forEach(
                      (method, operation) ->
                          operation.setSecurity(List.of(scope(method + " " + path))));
            });
    return sorted;
  }

  /** With its methods in an order that does not depend on that of the handlers. */
  private static PathItem inOrder(PathItem item) {
    PathItem ordered = new PathItem();
    new TreeMap<>(item.readOperationsMap()).forEach(ordered::operation);
    return ordered;
  }

  private static SecurityRequirement scope(String route) {
    return new SecurityRequirement()
        .addList(KEY, requireNonNull(RoutesTest.SCOPES.get(route), route));
  }

  private static Components components(ModelConverterContext schemas) {
    schemas.defineModel("Problem", problem(schemas));
    Components components = new Components();
    new TreeMap<>(schemas.getDefinedModels()).forEach(components::addSchemas);
    Operations.COMMON.forEach(
        status ->
            components.addResponses("" + status, Operations.problem(status, meaning(status))));
    new TreeMap<>(HEADERS)
        .forEach(
            (name, text) ->
                components.addHeaders(
                    name, new Header().description(text).schema(RecordSchemas.typed("string"))));
    components.addSecuritySchemes(
        KEY,
        new SecurityScheme()
            .type(SecurityScheme.Type.HTTP)
            .scheme("bearer")
            .bearerFormat("hk_…")
            .description("An API key with the named scope, or the admin key. None in open mode."));
    return components;
  }

  private static String meaning(int status) {
    return Arrays.stream(ProblemType.values())
        .filter(type -> type.status().value() == status)
        .map(ProblemType::meaning)
        .collect(Collectors.joining(" Or: "));
  }

  private static Schema<?> problem(ModelConverterContext schemas) {
    Schema<?> problem = RecordSchemas.typed("object");
    problem.setDescription("An error (RFC 9457), whose detail says what to do next.");
    @SuppressWarnings("unchecked")
    Schema<Object> type = (Schema<Object>) RecordSchemas.typed("string");
    type.setFormat("uri-reference");
    type.setEnum(
        Arrays.stream(ProblemType.values()).map(each -> (Object) each.uri().toString()).toList());
    Map<String, Schema<?>> fields = new LinkedHashMap<>();
    fields.put(
        "type", described(type, "Leads to a page that says who must act, and how to check."));
    fields.put("title", described(RecordSchemas.typed("string"), "The phrase of the status."));
    fields.put("status", described(RecordSchemas.typed("integer"), "The status of the answer."));
    fields.put(
        "detail", described(RecordSchemas.typed("string"), "What is wrong, and what to do."));
    fields.put("instance", described(RecordSchemas.typed("string"), "The path of the request."));
    Schema<?> error = schemas.resolve(new AnnotatedType(Problem.FieldError.class));
    fields.put(
        "errors",
        described(RecordSchemas.typed("array").items(error), "An entry for each invalid field."));
    fields.put(
        "violated-policies",
        described(
            RecordSchemas.typed("array").items(RecordSchemas.typed("string")),
            "The quotas that are exceeded, as `RateLimit-Policy` names them."));
    fields.forEach(problem::addProperty);
    problem.setRequired(List.of("type", "title", "status", "detail"));
    return problem;
  }

  private static Schema<?> described(Schema<?> schema, String text) {
    schema.setDescription(text);
    return schema;
  }
}
