package dev.homing.workflows.delivery;

import io.temporal.common.RetryOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When failed attempts of a delivery are repeated.
 *
 * @param maxAttempts the maximum number of attempts in a round, including the first
 * @param initialInterval the wait after the first attempt; it doubles with each attempt
 * @param maxInterval the longest wait between two attempts, unless the receiver asks for a longer
 *     one
 */
public record RetrySchedule(int maxAttempts, Duration initialInterval, Duration maxInterval) {
  /** The longest wait that a receiver can ask for by {@code Retry-After}. */
  public static final Duration MAX_RETRY_AFTER = Duration.ofHours(24);

  private static final double BACKOFF = 2;
  private static final double JITTER = 0.2;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException unless there is at least one attempt, and both intervals are a
   *     second or more, the longest not below the first
   */
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
   * How long to wait after an attempt: the interval, give or take 20 %, so that deliveries that
   * failed together are not retried together.
   *
   * @param attempt the number of the failed attempt in its round, from 1
   * @param atLeast the wait that the receiver asked for, or that its fault needs; null if none. The
   *     next attempt is never earlier, up to 20 % later, and may come after {@link #maxInterval};
   *     values above {@link #MAX_RETRY_AFTER} are cut to it
   * @param random from 0 to 1
   */
  public Duration waitAfter(int attempt, @Nullable Duration atLeast, double random) {
    Duration scheduled = scaled(interval(attempt), 1 - JITTER + 2 * JITTER * random);
    if (atLeast == null) {
      return scheduled;
    }
    Duration longer = scaled(min(atLeast, MAX_RETRY_AFTER), 1 + JITTER * random);
    return longer.compareTo(scheduled) > 0 ? longer : scheduled;
  }

  /**
   * The time from the next attempt to the last one of a round, without jitter.
   *
   * @param attempts those already made in the round
   */
  public Duration timeLeftAfter(int attempts) {
    Duration left = Duration.ZERO;
    for (int attempt = Math.max(1, attempts); attempt < maxAttempts; attempt++) {
      left = left.plus(interval(attempt));
    }
    return left;
  }

  /** The same policy for Temporal, without a limit: the ledger counts the attempts. */
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
