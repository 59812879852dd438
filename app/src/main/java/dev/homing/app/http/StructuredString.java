package dev.homing.app.http;

import java.util.Optional;

/** Parses a string of a structured header field (RFC 9651, section 4.2.5). */
public final class StructuredString {
  private StructuredString() {}

  /** The content of the quotes; empty unless the text is exactly one such string. */
  public static Optional<String> read(String text) {
    int last = text.length() - 1;
    if (last < 1 || text.charAt(0) != '"' || text.charAt(last) != '"') {
      return Optional.empty();
    }
    StringBuilder content = new StringBuilder();
    for (int at = 1; at < last; at++) {
      char next = text.charAt(at);
      if (next == '\\') {
        at++;
        next = text.charAt(at);
        if (at == last || (next != '"' && next != '\\')) {
          return Optional.empty();
        }
      } else if (next == '"' || next < ' ' || next > '~') {
        return Optional.empty();
      }
      content.append(next);
    }
    return Optional.of(content.toString());
  }
}
