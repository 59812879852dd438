package dev.homing.app.node;

import dev.homing.activities.Setting;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How this node stops.
 *
 * @param delay how long it goes on accepting after it said that it is not ready any more, so that
 *     load balancers hear of it ({@code HOMING_DRAIN_DELAY})
 */
@ConfigurationProperties("homing.drain")
public record DrainSettings(Duration delay) {
  public DrainSettings {
    Setting.between("homing.drain.delay", delay, Duration.ZERO, Duration.ofSeconds(60));
  }
}
