package dev.homing.app.statistics;

import dev.homing.app.list.Times;
import dev.homing.app.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whole hours that a statistic is about.
 *
 * @param since start of the first hour
 * @param until end of the last hour
 */
record Period(Instant since, Instant until) {
  private static final Duration DEFAULT = Duration.ofDays(1);

  /** The last whole hour that RFC 3339 can represent. */
  private static final Instant LAST = Instant.parse("9999-12-31T23:00:00Z");

  /**
   * Parses the parameters, and widens the period to whole hours; by default it is the last day.
   *
   * @param longest the longest period allowed
   */
  static Period of(@Nullable String since, @Nullable String until, Duration longest, Instant now) {
    Instant end = until == null ? now : Times.read("until", until);
    Instant start = since == null ? end.minus(DEFAULT) : Times.read("since", since);
    if (!start.isBefore(end)) {
      throw Problem.malformed("since must be before until");
    }
    if (Duration.between(start, end).compareTo(longest) > 0) {
      throw Problem.malformed(
          "since and until must be at most %d days apart".formatted(longest.toDays()));
    }
    Instant whole = end.truncatedTo(ChronoUnit.HOURS);
    boolean widened = whole.isBefore(end) && whole.isBefore(LAST);
    return new Period(
        start.truncatedTo(ChronoUnit.HOURS), widened ? whole.plus(1, ChronoUnit.HOURS) : whole);
  }
}
