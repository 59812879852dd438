package dev.homing.app.page;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Bytes as pages show them.
 *
 * @param bytes how many there are
 * @param raw their start as text; null: they are no UTF-8
 * @param pretty the same as JSON in lines; null: they are no JSON, or too long for that
 * @param isCut whether only the start is shown
 */
public record Payload(int bytes, @Nullable String raw, @Nullable String pretty, boolean isCut) {
  private static final int SHOWN = 64 * 1024;
  private static final JsonMapper JSON = JsonMapper.shared();

  public static Payload of(byte[] bytes) {
    Optional<String> text = text(bytes);
    boolean isCut = bytes.length > SHOWN;
    return new Payload(
        bytes.length,
        text.map(all -> Text.visible(all.substring(0, Math.min(all.length(), SHOWN)))).orElse(null),
        isCut ? null : text.filter(Payload::isJson).map(Payload::inLines).orElse(null),
        isCut);
  }

  private static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException binary) {
      return Optional.empty();
    }
  }

  private static boolean isJson(String text) {
    try {
      return JSON.readTree(text).isContainer();
    } catch (JacksonException notJson) {
      return false;
    }
  }

  /** Moves values to lines of their own and leaves them as they are written. */
  private static String inLines(String json) {
    StringBuilder lines = new StringBuilder();
    int depth = 0;
    boolean inString = false;
    for (int at = 0; at < json.length(); at++) {
      char next = json.charAt(at);
      if (inString) {
        lines.append(next);
        if (next == '\\') {
          lines.append(json.charAt(++at));
        }
        inString = next != '"';
      } else if (next == '{' || next == '[') {
        depth++;
        lines.append(next).append(line(depth));
      } else if (next == '}' || next == ']') {
        depth--;
        closeLine(lines, depth);
        lines.append(next);
      } else if (next == ',') {
        lines.append(next).append(line(depth));
      } else if (next == ':') {
        lines.append(": ");
      } else if (next > ' ') {
        lines.append(next);
        inString = next == '"';
      }
    }
    return Text.visible(lines.toString());
  }

  private static String line(int depth) {
    return "\n" + "  ".repeat(depth);
  }

  /** Nothing between brackets stays on their line. */
  private static void closeLine(StringBuilder lines, int depth) {
    int end = lines.length();
    while (lines.charAt(end - 1) <= ' ') {
      end--;
    }
    lines.setLength(end);
    char last = lines.charAt(end - 1);
    if (last != '{' && last != '[') {
      lines.append(line(depth));
    }
  }
}
