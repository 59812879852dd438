package dev.homing.app.openapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.access.RoutesTest;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code docs/openapi.json} describes the API that runs; {@code -Dopenapi=write} repairs it. */
class OpenApiTest {
  private static final JsonMapper PRETTY =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  @Test
  void documentIsWhatTheCodeSays() throws IOException {
    String made = made();
    if (System.getProperty("openapi", "").equals("write")) {
      Files.writeString(Document.FILE, made);
    }
    assertThat(Document.text()).as("repair it with -Dopenapi=write").isEqualTo(made);
  }

  private static String made() {
    try (RunningHoming homing =
        RunningHoming.startAlone(
            "openapi",
            Map.of(
                "springdoc.api-docs.enabled", "true",
                "springdoc.paths-to-exclude",
                    "/ui/**,/ui,/portal/**,/portal,/assets/**,/docs/**,/openapi.json,/error",
                "springdoc.override-with-generic-response", "false"))) {
      Api.Answer answer = homing.api().get("/v3/api-docs").expect(200);
      JsonNode document = PRETTY.readTree(new String(answer.body(), UTF_8));
      return PRETTY.writeValueAsString(document) + "\n";
    }
  }

  @Test
  void operationsAreTheRoutes() {
    Set<String> operations = new HashSet<>();
    Document.json()
        .get("paths")
        .forEachEntry(
            (path, item) ->
                item.forEachEntry(
                    (method, _) -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path)));

    assertThat(operations).isEqualTo(RoutesTest.SCOPES.keySet());
  }

  /** A payload that says that it is JSON may be any value, even null. */
  @Test
  void payloadsMayBeAnything() {
    JsonNode content =
        Document.json().at("/paths/~1events~1{id}~1payload/get/responses/200/content");

    assertThat(content.at("/application~1json/schema").isObject()).isTrue();
    assertThat(content.at("/application~1json/schema")).isEmpty();
    assertThat(content.at("/*~1*/schema/format").asString()).isEqualTo("binary");
  }

  @Test
  void everyOperationSchemaAndParameterIsDescribed() {
    JsonNode document = Document.json();
    document
        .get("paths")
        .forEachEntry(
            (path, item) ->
                item.forEachEntry(
                    (method, operation) -> {
                      assertThat(operation.path("summary").asString())
                          .as(method + path)
                          .isNotBlank();
                      operation
                          .path("parameters")
                          .valueStream()
                          .filter(parameter -> !Api.text(parameter, "in").equals("path"))
                          .forEach(
                              parameter ->
                                  assertThat(parameter.path("description").asString())
                                      .as("%s %s: %s", method, path, parameter.get("name"))
                                      .isNotBlank());
                    }));
    document
        .get("components")
        .get("schemas")
        .forEachEntry(
            (name, schema) ->
                assertThat(schema.path("description").asString()).as(name).isNotBlank());
  }
}
