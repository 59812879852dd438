package dev.homing.app.access;

import dev.homing.activities.Setting;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who may call.
 *
 * @param adminKey the bearer token of every request; empty: open mode, for the loopback only
 *     ({@code HOMING_ADMIN_KEY})
 */
@ConfigurationProperties("homing.access")
public record AccessSettings(String adminKey) {
  private static final int SHORTEST = 16;

  public AccessSettings {
    if (!adminKey.isEmpty() && adminKey.length() < SHORTEST) {
      throw new Setting.Invalid(
          "homing.access.admin-key",
          "of %d characters".formatted(adminKey.length()),
          "at least %d characters, or none for open mode".formatted(SHORTEST));
    }
  }

  public boolean isOpen() {
    return adminKey.isEmpty();
  }

  @Override
  public String toString() {
    return isOpen() ? "AccessSettings[open]" : "AccessSettings[***]";
  }
}
