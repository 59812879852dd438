package dev.homing.app.page;

import dev.homing.app.problem.Problem;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of a form as a browser sends them, with lines that end in a line feed.
 *
 * @param fields of each name the first
 */
public record Form(Map<String, String> fields) {
  /** Reads {@code application/x-www-form-urlencoded} in UTF-8, as HTML has browsers write it. */
  static Form read(byte[] body) {
    Map<String, String> fields = new HashMap<>();
    try {
      for (String field : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
        int equals = field.indexOf('=');
        if (equals > 0) {
          fields.putIfAbsent(
              decoded(field.substring(0, equals)), decoded(field.substring(equals + 1)));
        }
      }
    } catch (IllegalArgumentException malformed) {
      throw Problem.malformed("The form cannot be read. Send it as browsers do.");
    }
    return new Form(fields);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** The text of a field; empty if it is missing. */
  public String text(String name) {
    return fields.getOrDefault(name, "").replace("\r\n", "\n");
  }

  /** The text of a field without spaces around it, unless nothing is left. */
  public Optional<String> filled(String name) {
    return Optional.of(text(name).strip()).filter(text -> !text.isEmpty());
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
