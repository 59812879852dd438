package dev.homing.activities.lane;

import dev.homing.activities.Setting;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the express lane.
 *
 * @param slots first attempts under way at once on this node ({@code HOMING_EXPRESS_SLOTS})
 * @param ownRetries failed first attempts of a subscription that get a workflow of their own,
 *     within 10 seconds and on this node; the others wait in its backlog ({@code
 *     HOMING_OWN_RETRIES}); null: each has its own, and there are no backlogs
 */
@ConfigurationProperties("homing.express")
public record ExpressSettings(int slots, @Nullable Integer ownRetries) {
  public ExpressSettings {
    Setting.between("homing.express.slots", slots, 1, 100_000);
    if (ownRetries != null) {
      Setting.between("homing.express.own-retries", ownRetries, 0, 1_000_000);
    }
  }
}
