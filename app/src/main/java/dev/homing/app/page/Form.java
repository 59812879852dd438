package dev.homing.app.page;

import dev.homing.app.problem.Problem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The fields of a form as a browser sends them, with lines that end in a line feed.
 *
 * @param fields the values of each name, in their order
 */
public record Form(Map<String, List<String>> fields) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /**
   * Reads {@code application/x-www-form-urlencoded} in UTF-8, as HTML has browsers write it; throws
   * a problem if it cannot be read or has a NUL, which cannot be typed or stored.
   */
  static Form read(byte[] body) {
    Map<String, List<String>> fields = new HashMap<>();
    try {
      for (String field : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
        int equals = field.indexOf('=');
        if (equals > 0) {
          fields
              .computeIfAbsent(decoded(field.substring(0, equals)), _ -> new ArrayList<>())
              .add(decoded(field.substring(equals + 1)));
        }
      }
    } catch (IllegalArgumentException malformed) {
      throw Problem.malformed("The form cannot be read. Send it as browsers do.");
    }
    if (fields.toString().indexOf('\0') >= 0) {
      throw Problem.malformed("The form must not contain NUL.");
    }
    return new Form(fields);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** The text of a field, of several with this name the first; empty if it is missing. */
  public String text(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? "" : values.getFirst();
  }

  /** The texts of all fields with this name, such as ticked boxes. */
  public List<String> all(String name) {
    return fields.getOrDefault(name, List.of()).stream()
        .map(text -> text.replace("\r\n", "\n"))
        .toList();
  }

  /** The text of a field without spaces around it, unless nothing is left. */
  public Optional<String> filled(String name) {
    return Optional.of(text(name).strip()).filter(text -> !text.isEmpty());
  }

  /** A text as JSON: a whole number as such, so that the API judges it; null if it is empty. */
  public static JsonNode value(String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      return NODES.nullNode();
    }
    return stripped.matches("-?\\d{1,9}")
        ? NODES.numberNode(Long.parseLong(stripped))
        : NODES.stringNode(stripped);
  }

  /** Whether a box is ticked. */
  public boolean ticked(String name) {
    return fields.containsKey(name);
  }

  /** Shows names only: values may be secret. */
  @Override
  public String toString() {
    return "Form" + fields.keySet();
  }
}
