package dev.homing.activities.pace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/** The requests of this node, by which it keeps the pace while Redis is unavailable. */
final class OwnCounts {
  /** Longer than any period, and than any request is in flight. */
  private static final Duration TTL = Duration.ofHours(2);

  private final LongSupplier nanoTime;
  private final Cache<String, Count> counts =
      Caffeine.newBuilder().expireAfterAccess(TTL).maximumSize(100_000).build();

  OwnCounts(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  private static final class Count {
    /** When the next request would come at even distances; as nanoTime. */
    private long nextNanos;

    private int inFlight;

    private Count(long now) {
      this.nextNanos = now;
    }

    private long nanosToWait(Level level, long now) {
      long wait = 0;
      if (level.spacing() != null) {
        moveWithin(level.spacing(), now);
        wait = Math.max(0, nextNanos - level.spacing().toleranceNanos() - now);
      }
      boolean full = level.maxInFlight() != null && inFlight >= level.maxInFlight();
      return full ? Math.max(wait, Level.ASK_AGAIN.toNanos()) : wait;
    }

    private void add(Level level, long now) {
      if (level.spacing() != null) {
        nextNanos += level.spacing().intervalNanos();
        moveWithin(level.spacing(), now);
      }
      inFlight++;
    }

    /** Never in the past: what was not used is lost. At most a period ahead. */
    private void moveWithin(Spacing spacing, long now) {
      nextNanos = now + Math.clamp(nextNanos - now, 0, spacing.periodNanos());
    }
  }

  /** Counts a request if it may begin now; returns zero, or how long to wait before it may. */
  synchronized Duration tryBegin(List<Level> levels) {
    long now = nanoTime.getAsLong();
    long wait =
        levels.stream()
            .mapToLong(level -> count(level, now).nanosToWait(level, now))
            .max()
            .orElse(0);
    if (wait == 0) {
      add(levels, now);
    }
    return Duration.ofNanos(wait);
  }

  /** Counts a request that begins in any case. */
  synchronized void begin(List<Level> levels) {
    add(levels, nanoTime.getAsLong());
  }

  private void add(List<Level> levels, long now) {
    levels.forEach(level -> count(level, now).add(level, now));
  }

  /** The request has ended. */
  synchronized void end(List<Level> levels) {
    long now = nanoTime.getAsLong();
    levels.forEach(level -> count(level, now).inFlight--);
  }

  private Count count(Level level, long now) {
    return counts.get(level.key(), _ -> new Count(now));
  }
}
