package dev.homing.activities.lane;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the express lane.
 *
 * @param slots first attempts under way at once on this node ({@code HOMING_EXPRESS_SLOTS})
 */
@ConfigurationProperties("homing.express")
public record ExpressSettings(int slots) {
  public ExpressSettings {
    Setting.between("homing.express.slots", slots, 1, 100_000);
  }
}
