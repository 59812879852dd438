package dev.homing.app.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.homing.app.journey.Api;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds answers to the OpenAPI document: the status is declared for the operation, so is the media
 * type, and the body has the members that the schema has and no others.
 */
public final class Contract {
  private static final JsonNode DOCUMENT = Document.json();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final Map<JsonNode, Schema> KNOWN = new ConcurrentHashMap<>();

  /** Paths with variables last, as for the service. */
  private static final List<Route> ROUTES =
      DOCUMENT
          .get("paths")
          .propertyStream()
          .map(path -> new Route(pattern(path.getKey()), path.getKey(), path.getValue()))
          .sorted((one, other) -> Integer.compare(one.variables(), other.variables()))
          .toList();

  private record Route(Pattern pattern, String path, JsonNode item) {
    int variables() {
      return path.split("\\{", -1).length;
    }
  }

  private Contract() {}

  private static Pattern pattern(String path) {
    return Pattern.compile(path.replaceAll("\\{[^}]+}", "[^/]+") + "/?");
  }

  /** Fails unless the document says that this request may be answered so. */
  public static void check(String method, String pathAndQuery, Api.Answer answer) {
    String path = pathAndQuery.split("\\?", 2)[0];
    operation(method, path).ifPresent(operation -> check(method + " " + path, operation, answer));
  }

  private static Optional<JsonNode> operation(String method, String path) {
    return ROUTES.stream()
        .filter(route -> route.pattern().matcher(path).matches())
        .findFirst()
        .map(route -> route.item().get(method.toLowerCase(Locale.ROOT)));
  }

  private static void check(String request, JsonNode operation, Api.Answer answer) {
    JsonNode declared = operation.get("responses").get("" + answer.status());
    assertThat(declared)
        .as("%s: status %d is not declared: %s", request, answer.status(), answer.text())
        .isNotNull();
    JsonNode content = resolved(declared).get("content");
    if (content == null) {
      assertThat(answer.body()).as("%s: the body of %d", request, answer.status()).isEmpty();
      return;
    }
    String type = answer.header("content-type").split(";", 2)[0];
    JsonNode media = content.has(type) ? content.get(type) : content.get("*/*");
    assertThat(media)
        .as("%s: %s is not declared for %d", request, type, answer.status())
        .isNotNull();
    if (isJson(type) && content.has(type) && !media.path("schema").isEmpty()) {
      assertThat(schema(media.get("schema")).validate(answer.json()))
          .as("%s: %d %s", request, answer.status(), answer.text())
          .isEmpty();
    }
  }

  /** Lines of JSON are not; what has an empty schema may be anything. */
  private static boolean isJson(String type) {
    return type.equals("application/json") || type.endsWith("+json");
  }

  private static JsonNode resolved(JsonNode node) {
    JsonNode ref = node.get("$ref");
    return ref == null ? node : DOCUMENT.at(ref.stringValue().substring(1));
  }

  private static Schema schema(JsonNode schema) {
    return KNOWN.computeIfAbsent(schema, Contract::compiled);
  }

  private static Schema compiled(JsonNode schema) {
    ObjectNode whole = (ObjectNode) schema.deepCopy();
    whole.set("components", closed(DOCUMENT.get("components").deepCopy()));
    return SCHEMAS.getSchema(whole);
  }

  /** Objects that list their members have no others. */
  private static JsonNode closed(JsonNode node) {
    node.valueStream().forEach(Contract::closed);
    if (node instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    return node;
  }
}
