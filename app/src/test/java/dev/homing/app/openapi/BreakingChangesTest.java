package dev.homing.app.openapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openapitools.openapidiff.core.OpenApiCompare;
import org.openapitools.openapidiff.core.model.ChangedOpenApi;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Clients of the last release can use this version: nothing that they may rely on is gone. It
 * begins with the first tag that has the document.
 */
class BreakingChangesTest {
  @Test
  void clientsOfTheLastReleaseCanUseThisVersion() throws IOException, InterruptedException {
    String tag = git("describe", "--tags", "--abbrev=0").strip();
    String released = tag.isEmpty() ? "" : git("show", tag + ":docs/openapi.json");
    assumeTrue(!released.isEmpty(), "no tag has docs/openapi.json");

    ChangedOpenApi changes = OpenApiCompare.fromContents(released, Document.text());

    assertThat(changes.isCompatible()).as("since %s: %s", tag, changes).isTrue();
    assertThat(fields(Document.json()))
        .as("since %s", tag)
        .containsAll(fields(JsonMapper.shared().readTree(released)));
  }

  @Test
  void theSameIsCompatible() {
    assertThat(isCompatible(_ -> {})).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Delivery/state",
        "Event/recipients",
        "Problem/detail",
        "Attempt/outcome",
        "Counts/attempts", // in an array and in an object that may be null
        "TenantPatch/rate"
      })
  void aRemovedFieldIsNot(String field) {
    String[] parts = field.split("/", -1);
    assertThat(
            isCompatible(
                document -> {
                  ObjectNode schema = at(document, "/components/schemas/" + parts[0]);
                  ((ObjectNode) schema.get("properties")).remove(parts[1]);
                }))
        .isFalse();
  }

  @Test
  void aRemovedOperationIsNot() {
    assertThat(isCompatible(document -> at(document, "/paths").remove("/deliveries/{id}/retry")))
        .isFalse();
  }

  @Test
  void anAddedFieldIs() {
    assertThat(
            isCompatible(
                document ->
                    at(document, "/components/schemas/Delivery/properties")
                        .putObject("colour")
                        .put("type", "string")))
        .isTrue();
  }

  private static boolean isCompatible(Consumer<JsonNode> change) {
    JsonNode changed = Document.json();
    change.accept(changed);
    return OpenApiCompare.fromContents(Document.text(), changed.toString()).isCompatible()
        && fields(changed).containsAll(fields(Document.json()));
  }

  /**
   * The fields of all schemas, like {@code Attempt/outcome}. openapi-diff does not look into an
   * array or an object that may be null.
   */
  private static Set<String> fields(JsonNode document) {
    Set<String> fields = new HashSet<>();
    document
        .at("/components/schemas")
        .forEachEntry(
            (name, schema) ->
                schema
                    .path("properties")
                    .propertyStream()
                    .forEach(field -> fields.add(name + "/" + field.getKey())));
    return fields;
  }

  private static ObjectNode at(JsonNode document, String path) {
    return (ObjectNode) document.at(path);
  }

  /** What git prints; empty if it fails, as outside of a repository. */
  private static String git(String... command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("git"));
    all.addAll(List.of(command));
    Process git = new ProcessBuilder(all).start();
    String text = new String(git.getInputStream().readAllBytes(), UTF_8);
    return git.waitFor() == 0 ? text : "";
  }
}
