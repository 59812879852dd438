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
 *     HOMING_OWN_RETRIES}); {@code unlimited}: each has its own, and there are no backlogs
 */
@ConfigurationProperties("homing.express")
public record ExpressSettings(int slots, String ownRetries) {
  private static final String UNLIMITED = "unlimited";
  private static final int MOST_OWN_RETRIES = 1_000_000;

  public ExpressSettings {
    Setting.between("homing.express.slots", slots, 1, 100_000);
    ownRetries = ownRetries.strip();
    if (!ownRetries.equals(UNLIMITED) && !isCount(ownRetries)) {
      throw new Setting.Invalid(
          "homing.express.own-retries",
          ownRetries.isEmpty() ? "empty" : ownRetries,
          "a whole number from 0 to %d, or %s".formatted(MOST_OWN_RETRIES, UNLIMITED));
    }
  }

  private static boolean isCount(String text) {
    return text.matches("[0-9]{1,7}") && Integer.parseInt(text) <= MOST_OWN_RETRIES;
  }

  /** Of a subscription within 10 seconds; null: unlimited. */
  public @Nullable Integer ownRetriesPerWindow() {
    return ownRetries.equals(UNLIMITED) ? null : Integer.valueOf(ownRetries);
  }
}
