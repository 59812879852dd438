package dev.homing.app.list;

import dev.homing.app.problem.Problem;
import java.time.DateTimeException;
import java.time.Instant;

/** Parses parameters that are times. */
public final class Times {
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private Times() {}

  /**
   * Parses a time in ISO 8601; throws a problem that names the parameter. A time before the year 1
   * or after the year 9999 becomes the nearest one between: RFC 3339 has no others, and no event is
   * from then.
   */
  public static Instant read(String parameter, String text) {
    try {
      Instant time = Instant.parse(text);
      return time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
    } catch (DateTimeException malformed) {
      throw Problem.malformed("%s must be a time like 2026-11-24T08:00:00Z".formatted(parameter));
    }
  }
}
