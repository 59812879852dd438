package dev.homing.activities.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A time in whole milliseconds, and so a range of ids: all begin with their event's.
 *
 * @param from the first moment that is in it, and {@code before} the first that is not
 */
record Span(Instant from, Instant before) {
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /** The day of UTC that holds this moment. */
  static Span dayOf(Instant moment) {
    Instant midnight = moment.truncatedTo(ChronoUnit.DAYS);
    return new Span(midnight, midnight.plus(1, ChronoUnit.DAYS));
  }

  static Span between(UUID first, UUID beyond) {
    return new Span(time(first), time(beyond));
  }

  /** So many days later. */
  Span plusDays(int days) {
    return new Span(from.plus(days, ChronoUnit.DAYS), before.plus(days, ChronoUnit.DAYS));
  }

  /** The lowest id in it. */
  UUID first() {
    return id(from);
  }

  /** The lowest id beyond it. */
  UUID beyond() {
    return id(before);
  }

  boolean overlaps(Span other) {
    return from.isBefore(other.before) && other.from.isBefore(before);
  }

  /** The first part of it that none of the others has. */
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

  /** What of it is before an id that is in it, a millisecond at least. */
  Span until(UUID id) {
    Instant end = time(id);
    return new Span(from, end.isAfter(from) ? end : from.plus(SHORTEST));
  }

  private static Instant time(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }

  private static UUID id(Instant time) {
    return new UUID(time.toEpochMilli() << 16, 0);
  }
}
