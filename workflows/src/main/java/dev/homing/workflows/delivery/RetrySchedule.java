package dev.homing.workflows.delivery;

import io.temporal.common.RetryOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a delivery that was not delivered is attempted again.
 *
 * @param maxAttempts the most attempts of a round, the first included
 * @param initialInterval how long after the first attempt the second one follows; doubles from
 *     attempt to attempt
 * @param maxInterval the longest wait between two attempts, unless the receiver asks for a longer
 *     one
 */
public record RetrySchedule(int maxAttempts, Duration initialInterval, Duration maxInterval) {
  /** What a receiver can ask for at most, by {@code Retry-After}. */
  public static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(24);

  private static final double BACKOFF = 2;
  private static final double JITTER = 0.2;

  /** Throws unless there is an attempt, and intervals from a second up that grow. */
  public RetrySchedule {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("at least one attempt, not " + maxAttempts);
    }
    if (initialInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("at least a second, not " + initialInterval);
    }
    if (maxInterval.compareTo(initialInterval) < 0) {
      throw new IllegalArgumentException(
          "the longest interval " + maxInterval + " is below the first " + initialInterval);
    }
  }

  /**
   * How long to wait after an attempt: the interval, 20 % more or less, so that those who failed
   * together do not come back together.
   *
   * @param attempt the attempt of the round that failed, from 1
   * @param retryAfter what the receiver asked for, if it did: then never earlier, up to 20 % later,
   *     and beyond {@link #maxInterval} too. More than {@link #LONGEST_RETRY_AFTER} counts as that
   * @param random from 0 to 1
   */
  public Duration waitAfter(int attempt, @Nullable Duration retryAfter, double random) {
    Duration scheduled = scaled(interval(attempt), 1 - JITTER + 2 * JITTER * random);
    if (retryAfter == null) {
      return scheduled;
    }
    Duration asked = scaled(min(retryAfter, LONGEST_RETRY_AFTER), 1 + JITTER * random);
    return asked.compareTo(scheduled) > 0 ? asked : scheduled;
  }

  /** The same policy for Temporal; how many attempts there are is left to the ledger. */
  RetryOptions retryOptions() {
    return RetryOptions.newBuilder()
        .setInitialInterval(initialInterval)
        .setBackoffCoefficient(BACKOFF)
        .setMaximumInterval(maxInterval)
        .build();
  }

  private Duration interval(int attempt) {
    double millis = initialInterval.toMillis() * Math.pow(BACKOFF, attempt - 1);
    return millis < maxInterval.toMillis() ? Duration.ofMillis((long) millis) : maxInterval;
  }

  private static Duration scaled(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
