package dev.homing.app.openapi;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.type.TypeFactory;
import dev.homing.app.list.Page;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Describes the API's records: named as Jackson writes them, null where JSpecify says so, and in
 * the words of their doc comments. Fields of requests are required if their comment begins so;
 * those of answers, unless they may be left out.
 */
final class RecordSchemas implements ModelConverter {
  private static final String UUID7 = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Map<String, String> PREFIXES =
      Map.of(
          EventId.class.getSimpleName(),
          "evt_",
          SubscriptionId.class.getSimpleName(),
          "sub_",
          DeliveryId.class.getSimpleName(),
          "dlv_",
          "KeyId",
          "hk_",
          "PortalLinkId",
          "hp_");

  /** Records that callers send; of the last two, the API also answers with some. */
  private static final Set<String> SENT =
      Set.of(
          "SubscriptionRequest",
          "RetryRequest",
          "RotationRequest",
          "KeyRequest",
          "LinkRequest",
          "TenantRequest",
          "TenantTerms",
          "TlsFields",
          "Rate");

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("TestEvents.Result", "TestResult"),
          Map.entry("AuditLog.Entry", "AuditEntry"),
          Map.entry("Tenants.Registered", "Tenant"),
          Map.entry("TenantRegistry.TenantTerms", "TenantPatch"),
          Map.entry("SubscriptionController.Revealed", "RevealedSecret"),
          Map.entry("SubscriptionView.RetryView", "Retry"),
          Map.entry("TlsFields", "Tls"),
          Map.entry("PortalLinkRegistry.LinkRequest", "PortalLinkRequest"),
          Map.entry("ResealingController.Usage", "EncryptionKeys"),
          Map.entry("Reconciliation.Findings", "Reconciliation"),
          Map.entry("DeliveryRescuer.Repair", "Repairs"));

  @Override
  public @Nullable Schema<?> resolve(
      AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
    JavaType java = TypeFactory.defaultInstance().constructType(type.getType());
    if (java.getRawClass() == Page.class) {
      return page(java.containedType(0).getRawClass(), context);
    }
    if (java.getRawClass().isRecord()) {
      return ref(java.getRawClass(), context);
    }
    return chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
  }

  /** A reference to the schema of a record, which is described once. */
  static Schema<?> ref(Class<?> record, ModelConverterContext context) {
    String name = name(record);
    if (!context.getDefinedModels().containsKey(name)) {
      Schema<?> schema = object(DocComments.of(record));
      context.defineModel(name, schema);
      fill(schema, record, context);
    }
    return to(name);
  }

  static Schema<?> to(String name) {
    return new JsonSchema().$ref("#/components/schemas/" + name);
  }

  private static Schema<?> page(Class<?> item, ModelConverterContext context) {
    String name = name(item) + "Page";
    Schema<?> cursor = orNull(typed("string"));
    cursor.setDescription("Where the next page begins; null on the last.");
    Schema<?> schema = object("A page of a list.");
    schema.addProperty("items", typed("array").items(ref(item, context)));
    schema.addProperty("next_cursor", cursor);
    schema.setRequired(List.of("items", "next_cursor"));
    context.defineModel(name, schema);
    return to(name);
  }

  private static void fill(Schema<?> schema, Class<?> record, ModelConverterContext context) {
    boolean sent = SENT.contains(record.getSimpleName());
    Map<String, String> docs = DocComments.components(record);
    for (RecordComponent component : record.getRecordComponents()) {
      String name = SnakeCaseStrategy.INSTANCE.translate(component.getName());
      String doc = docs.getOrDefault(component.getName(), "");
      boolean required = doc.startsWith("Required:");
      boolean leftOut = component.getAccessor().getAnnotation(JsonInclude.class) != null;
      Schema<?> property = of(component.getAnnotatedType(), sent, !required && !leftOut, context);
      if (!doc.isEmpty()) {
        property.setDescription(
            required ? DocComments.sentence(doc.replaceFirst("Required: ", "")) : doc);
      }
      schema.addProperty(name, property);
      if (sent ? required : !leftOut) {
        schema.addRequiredItem(name);
      }
    }
  }

  private static Schema<?> of(
      java.lang.reflect.AnnotatedType given,
      boolean sent,
      boolean mayBeNull,
      ModelConverterContext context) {
    JavaType type = TypeFactory.defaultInstance().constructType(given.getType());
    Schema<?> schema = plain(given, type.getRawClass(), sent, context);
    return mayBeNull && given.isAnnotationPresent(Nullable.class) ? orNull(schema) : schema;
  }

  private static Schema<?> plain(
      java.lang.reflect.AnnotatedType given,
      Class<?> type,
      boolean sent,
      ModelConverterContext context) {
    if (Collection.class.isAssignableFrom(type)) {
      return typed("array").items(of(argument(given, 0), sent, true, context));
    }
    if (Map.class.isAssignableFrom(type)) {
      return typed("object").additionalProperties(of(argument(given, 1), sent, true, context));
    }
    if (PREFIXES.containsKey(type.getSimpleName())) {
      return typed("string").pattern("^" + PREFIXES.get(type.getSimpleName()) + UUID7 + "$");
    }
    if (type.isEnum()) {
      return words(type);
    }
    if (type.isRecord() && type != Tenant.class) {
      return ref(type, context);
    }
    return simple(type, sent);
  }

  private static Schema<?> simple(Type type, boolean sent) {
    return switch (type.getTypeName()) {
      case "java.lang.String", "dev.homing.workflows.Tenant" -> typed("string");
      case "boolean", "java.lang.Boolean" -> typed("boolean");
      case "int", "java.lang.Integer" -> typed("integer").format("int32");
      case "long", "java.lang.Long" -> typed("integer").format("int64");
      default -> {
        if (type == Instant.class) {
          yield typed("string").format("date-time");
        }
        if (type == UUID.class) {
          yield typed("string").format("uuid");
        }
        if (type == Duration.class) {
          yield sent ? typed("integer", "string") : typed("number");
        }
        throw new IllegalArgumentException("no schema for " + type);
      }
    };
  }

  private static java.lang.reflect.AnnotatedType argument(
      java.lang.reflect.AnnotatedType given, int index) {
    return ((AnnotatedParameterizedType) given).getAnnotatedActualTypeArguments()[index];
  }

  /** An enum, by the words that Jackson writes. */
  private static Schema<?> words(Class<?> type) {
    Method word =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(JsonValue.class))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no word for " + type));
    AccessibleObject.setAccessible(new AccessibleObject[] {word}, true);
    JsonSchema schema = new JsonSchema();
    schema.setTypes(new LinkedHashSet<>(List.of("string")));
    schema.setEnum(
        Arrays.stream(requireNonNull(type.getEnumConstants()))
            .map(value -> read(word, value))
            .toList());
    return schema;
  }

  private static Object read(Method word, Object value) {
    try {
      return requireNonNull(word.invoke(value));
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Schema<?> object(String description) {
    Schema<?> schema = typed("object");
    schema.setDescription(description);
    schema.setProperties(new LinkedHashMap<>());
    return schema;
  }

  static Schema<?> typed(String... types) {
    JsonSchema schema = new JsonSchema();
    schema.setTypes(new LinkedHashSet<>(List.of(types)));
    return schema;
  }

  private static Schema<?> orNull(Schema<?> schema) {
    if (schema.get$ref() != null) {
      return new JsonSchema().anyOf(List.of(schema, typed("null")));
    }
    schema.getTypes().add("null");
    return schema;
  }

  /** The simple name, or how the API calls it. */
  private static String name(Class<?> record) {
    String nested =
        record.getName().substring(record.getPackageName().length() + 1).replace('$', '.');
    return NAMES.getOrDefault(nested, record.getSimpleName().replaceFirst("View$", ""));
  }
}
