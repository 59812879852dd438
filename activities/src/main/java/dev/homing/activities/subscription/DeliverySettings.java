package dev.homing.activities.subscription;

import dev.homing.activities.Setting;
import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
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

  /** The schedule of a subscription that sets some of it; never throws. */
  RetrySchedule schedule(
      @Nullable Integer attempts, @Nullable Duration initial, @Nullable Duration max) {
    Duration first = initial == null ? initialInterval : initial;
    Duration longest = max == null ? maxInterval : max;
    return new RetrySchedule(
        attempts == null ? maxAttempts : attempts,
        first,
        longest.compareTo(first) < 0 ? first : longest);
  }
}
