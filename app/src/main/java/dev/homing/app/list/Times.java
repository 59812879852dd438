package dev.homing.app.list;

import dev.homing.app.problem.Problem;
import java.time.DateTimeException;
import java.time.Instant;

/** Parses parameters that are times. */
public final class Times {
  private Times() {}

  /** A time in ISO 8601; throws a problem that names the parameter. */
  public static Instant read(String parameter, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException malformed) {
      throw Problem.malformed("%s must be a time like 2026-11-24T08:00:00Z".formatted(parameter));
    }
  }
}
