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
   * A time in ISO 8601; throws a problem that names the parameter. Before the year 1 and after the
   * year 9999 it is the nearest time that RFC 3339 and PostgreSQL can represent: nothing happened
   * out there.
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
