package dev.homing.app.http;

import dev.homing.app.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules for strings from callers that are to be stored. */
public final class TextRules {
  private static final int MAX_DESCRIPTION = 500;

  private TextRules() {}

  /** Checks the field {@code description}; empty if it is missing. */
  public static String description(@Nullable String given, List<Problem.FieldError> errors) {
    if (given != null && !fits(given, MAX_DESCRIPTION)) {
      errors.add(
          new Problem.FieldError(
              "description",
              "must have at most %d characters, without NUL and unpaired surrogates"
                  .formatted(MAX_DESCRIPTION)));
    }
    return given == null ? "" : given;
  }

  /**
   * Whether a string can be stored: PostgreSQL takes no NUL, and an unpaired surrogate would become
   * another character in UTF-8.
   */
  public static boolean fits(String text, int maxLength) {
    return text.length() <= maxLength
        && text.codePoints().noneMatch(point -> point == 0 || isSurrogate(point));
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }
}
