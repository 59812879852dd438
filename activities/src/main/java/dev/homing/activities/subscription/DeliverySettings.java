package dev.homing.activities.subscription;

import dev.homing.activities.Setting;
import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How patiently receivers are tried, unless their subscription says otherwise.
 *
 * @param maxAttempts the most attempts of a round, the first included ({@code MAX_RETRIES})
 * @param initialInterval the wait after the first attempt; doubles ({@code INITIAL_RETRY_INTERVAL})
 * @param maxInterval the longest wait ({@code MAX_RETRY_INTERVAL})
 * @param timeout of one attempt, all of it ({@code WEBHOOK_TIMEOUT})
 */
@ConfigurationProperties("homing.delivery")
public record DeliverySettings(
    int maxAttempts, Duration initialInterval, Duration maxInterval, Duration timeout) {
  public static final int MOST_ATTEMPTS = 100;
  public static final Duration LONGEST_INTERVAL = Duration.ofDays(7);
  public static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SECOND = Duration.ofSeconds(1);

  public DeliverySettings {
    Setting.between("homing.delivery.max-attempts", maxAttempts, 1, MOST_ATTEMPTS);
    Setting.between("homing.delivery.initial-interval", initialInterval, SECOND, LONGEST_INTERVAL);
    Setting.between("homing.delivery.max-interval", maxInterval, initialInterval, LONGEST_INTERVAL);
    Setting.between("homing.delivery.timeout", timeout, SECOND, LONGEST_TIMEOUT);
  }

  /** Two intervals that contradict each other: which one to change, and why. */
  public record Contradiction(String field, String detail) {}

  /** Whether the longest interval of a subscription would be below its first one. */
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
   * The schedule of a subscription that sets some of it; never throws, as settings may have changed
   * since they were compared.
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
