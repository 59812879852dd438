package dev.homing.app.openapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The OpenAPI document as it is committed. */
final class Document {
  /** Tests run in the folder of their module. */
  static final Path FILE = Path.of("../docs/openapi.json");

  private Document() {}

  static String text() {
    try {
      return Files.exists(FILE) ? Files.readString(FILE) : "{\"paths\": {}}";
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static JsonNode json() {
    return JsonMapper.shared().readTree(text());
  }
}
