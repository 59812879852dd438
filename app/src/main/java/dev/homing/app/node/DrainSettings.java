package dev.homing.app.node;

import dev.homing.activities.Setting;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings for stopping this node.
 *
 * @param delay how long it keeps accepting events after it has become not ready, so that load
 *     balancers notice ({@code HOMING_DRAIN_DELAY})
 */
@ConfigurationProperties("homing.drain")
public record DrainSettings(Duration delay) {
  public DrainSettings {
    Setting.between("homing.drain.delay", delay, Duration.ZERO, Duration.ofSeconds(60));
  }
}
