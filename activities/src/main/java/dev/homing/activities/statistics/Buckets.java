package dev.homing.activities.statistics;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Durations, counted in buckets whose bounds double: less than 1 ms, 1 ms, 2 to 3 ms, 4 to 7 ms,
 * and so on up to 12 days and more.
 */
public final class Buckets {
  static final int SIZE = 32;

  private final long[] counts = new long[SIZE];

  /** The bucket of a duration; a negative one counts as zero. */
  static int of(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    return Math.min(SIZE - 1, Long.SIZE - Long.numberOfLeadingZeros(millis));
  }

  void add(int bucket, long count) {
    counts[bucket] += count;
  }

  void add(Buckets other) {
    for (int i = 0; i < SIZE; i++) {
      counts[i] += other.counts[i];
    }
  }

  /** Adds buckets as the table stores them, which may end early. */
  void add(Long[] stored) {
    for (int i = 0; i < Math.min(SIZE, stored.length); i++) {
      counts[i] += stored[i];
    }
  }

  /**
   * The duration in milliseconds that this share of all was not above, estimated within its bucket;
   * null: nothing was counted.
   *
   * @param share more than 0, at most 1
   */
  public @Nullable Long percentile(double share) {
    long rank = (long) Math.ceil(share * Arrays.stream(counts).sum());
    long below = 0;
    for (int i = 0; i < SIZE; i++) {
      if (counts[i] > 0 && below + counts[i] >= rank) {
        double low = i == 0 ? 0 : 1L << (i - 1);
        double width = i == 0 ? 1 : low;
        return Math.round(low + width * (rank - below - 0.5) / counts[i]);
      }
      below += counts[i];
    }
    return null;
  }

  /** As an array of PostgreSQL, without the empty buckets at its end. */
  String array() {
    int length = SIZE;
    while (length > 0 && counts[length - 1] == 0) {
      length--;
    }
    return Arrays.stream(counts, 0, length)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(",", "{", "}"));
  }
}
