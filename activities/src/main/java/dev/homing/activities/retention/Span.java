package dev.homing.activities.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A range of time in whole milliseconds, and so of ids: they start with the time of their event.
 *
 * @param from the first moment in the range
 * @param before the first moment after it
 */
record Span(Instant from, Instant before) {
  private static final Duration MIN_LENGTH = Duration.ofMillis(1);

  /** The UTC day of this moment. */
  static Span dayOf(Instant moment) {
    Instant midnight = moment.truncatedTo(ChronoUnit.DAYS);
    return new Span(midnight, midnight.plus(1, ChronoUnit.DAYS));
  }

  static Span between(UUID first, UUID beyond) {
    return new Span(time(first), time(beyond));
  }

  /** The same range, this many days later. */
  Span plusDays(int days) {
    return new Span(from.plus(days, ChronoUnit.DAYS), before.plus(days, ChronoUnit.DAYS));
  }

  /** The lowest id in the range. */
  UUID first() {
    return id(from);
  }

  /** The lowest id after the range. */
  UUID beyond() {
    return id(before);
  }

  boolean overlaps(Span other) {
    return from.isBefore(other.before) && other.from.isBefore(before);
  }

  /** The first part of this range that none of the others covers. */
  Optional<Span> without(List<Span> others) {
    Instant free = from;
    for (Span other : others.stream().sorted(Comparator.comparing(Span::from)).toList()) {
      if (other.overlaps(new Span(free, before))) {
        if (other.from.isAfter(free)) {
          return Optional.of(new Span(free, other.from));
        }
        free = other.before;
      }
    }
    return free.isBefore(before) ? Optional.of(new Span(free, before)) : Optional.empty();
  }

  /** The part of this range before an id in it, at least a millisecond long. */
  Span until(UUID id) {
    Instant end = time(id);
    return new Span(from, end.isAfter(from) ? end : from.plus(MIN_LENGTH));
  }

  private static Instant time(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }

  private static UUID id(Instant time) {
    return new UUID(time.toEpochMilli() << 16, 0);
  }
}
