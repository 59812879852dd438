package dev.homing.activities.subscription;

import dev.homing.activities.Setting;
import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Default retry schedule and timeout of subscriptions that set none.
 *
 * @param maxAttempts the maximum number of attempts in a round, including the first ({@code
 *     MAX_RETRIES})
 * @param initialInterval the wait after the first attempt; it doubles with each attempt ({@code
 *     INITIAL_RETRY_INTERVAL})
 * @param maxInterval the longest wait between attempts ({@code MAX_RETRY_INTERVAL})
 * @param timeout of one whole attempt ({@code WEBHOOK_TIMEOUT})
 */
@ConfigurationProperties("homing.delivery")
public record DeliverySettings(
    int maxAttempts, Duration initialInterval, Duration maxInterval, Duration timeout) {
  public static final int MAX_ATTEMPTS = 100;
  public static final Duration MAX_INTERVAL = Duration.ofDays(7);
  public static final Duration MAX_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SECOND = Duration.ofSeconds(1);

  public DeliverySettings {
    Setting.between("homing.delivery.max-attempts", maxAttempts, 1, MAX_ATTEMPTS);
    Setting.between("homing.delivery.initial-interval", initialInterval, SECOND, MAX_INTERVAL);
    Setting.between("homing.delivery.max-interval", maxInterval, initialInterval, MAX_INTERVAL);
    Setting.between("homing.delivery.timeout", timeout, SECOND, MAX_TIMEOUT);
  }

  /** A conflict between two intervals: the field to change, and why. */
  public record Contradiction(String field, String detail) {}

  /** The conflict if the subscription's longest interval is below its first; else empty. */
  public Optional<Contradiction> contradiction(Terms.Retry retry) {
    Duration first = or(retry.initialInterval(), initialInterval);
    Duration longest = or(retry.maxInterval(), maxInterval);
    if (longest.compareTo(first) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        retry.maxInterval() == null
            ? new Contradiction(
                "initial_interval",
                "must not be above max_interval, which is %d seconds unless you set it"
                    .formatted(longest.toSeconds()))
            : new Contradiction(
                "max_interval",
                retry.initialInterval() == null
                    ? "must not be below initial_interval, which is %d seconds unless you set it"
                        .formatted(first.toSeconds())
                    : "must not be below initial_interval"));
  }

  /**
   * The schedule of a subscription that may set parts of it. Never throws: settings may have
   * changed since they were checked.
   */
  RetrySchedule schedule(
      @Nullable Integer attempts, @Nullable Duration initial, @Nullable Duration max) {
    Duration first = or(initial, initialInterval);
    Duration longest = or(max, maxInterval);
    return new RetrySchedule(
        attempts == null ? maxAttempts : attempts,
        first,
        longest.compareTo(first) < 0 ? first : longest);
  }

  private static Duration or(@Nullable Duration own, Duration bySettings) {
    return own == null ? bySettings : own;
  }
}
