package dev.homing.app.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts that callers give, as they can be kept. */
public final class TextRules {
  private static final int LONGEST_DESCRIPTION = 500;

  private TextRules() {}

  /** What a caller says of something, in a field of that name; empty if nothing is said. */
  public static String description(@Nullable String given, List<Problem.FieldError> errors) {
    if (given != null && !fits(given, LONGEST_DESCRIPTION)) {
      errors.add(
          new Problem.FieldError(
              "description",
              "must have at most %d characters, none of them NUL or half of a surrogate pair"
                  .formatted(LONGEST_DESCRIPTION)));
    }
    return given == null ? "" : given;
  }

  /**
   * PostgreSQL keeps any character but NUL, and what is no character in UTF-8 would become another.
   */
  public static boolean fits(String text, int longest) {
    return text.length() <= longest
        && text.codePoints().noneMatch(point -> point == 0 || isSurrogate(point));
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }
}
