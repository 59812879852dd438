package dev.homing.activities.failing;

import dev.homing.activities.Setting;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of subscriptions that fail.
 *
 * @param disableAfter how long a receiver does nothing but fail before its subscription is disabled
 *     ({@code HOMING_DISABLE_AFTER}); null: never
 */
@ConfigurationProperties("homing.failing")
public record FailingSettings(@Nullable Duration disableAfter) {
  private static final Duration MIN = Duration.ofHours(1);
  private static final Duration MAX = Duration.ofDays(365);

  public FailingSettings {
    if (disableAfter != null) {
      Setting.between("homing.failing.disable-after", disableAfter, MIN, MAX);
    }
  }
}
