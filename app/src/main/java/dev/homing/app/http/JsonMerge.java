package dev.homing.app.http;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Merges JSON objects as merge patches do (RFC 7396). */
public final class JsonMerge {
  private JsonMerge() {}

  /** Changes the target: null removes a field, an object changes the one that is there. */
  public static void merge(ObjectNode target, ObjectNode patch) {
    for (var field : patch.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(name);
      } else if (value instanceof ObjectNode part) {
        merge(target.get(name) instanceof ObjectNode known ? known : target.putObject(name), part);
      } else {
        target.set(name, value);
      }
    }
  }
}
