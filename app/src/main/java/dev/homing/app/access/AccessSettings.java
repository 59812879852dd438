package dev.homing.app.access;

import dev.homing.activities.Setting;
import dev.homing.activities.destination.AddressRange;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who may call.
 *
 * @param adminKey the bearer token of every request; empty: open mode, for the loopback only
 *     ({@code HOMING_ADMIN_KEY})
 * @param trustedProxies whose word on a caller's address is taken: ranges, separated by commas
 *     ({@code HOMING_TRUSTED_PROXIES})
 */
@ConfigurationProperties("homing.access")
public record AccessSettings(String adminKey, String trustedProxies) {
  private static final int SHORTEST = 16;

  public AccessSettings {
    if (!adminKey.isEmpty() && adminKey.length() < SHORTEST) {
      throw new Setting.Invalid(
          "homing.access.admin-key",
          "%d characters long".formatted(adminKey.length()),
          "at least %d characters, or none for open mode".formatted(SHORTEST));
    }
    checkProxies(adminKey, trustedProxies);
  }

  /** In open mode the address is all that counts: nobody's word is taken for it. */
  private static void checkProxies(String adminKey, String trustedProxies) {
    try {
      if (!cidrs(trustedProxies).isEmpty() && adminKey.isEmpty()) {
        throw new IllegalArgumentException("HOMING_ADMIN_KEY is not set");
      }
    } catch (IllegalArgumentException wrong) {
      throw new Setting.Invalid(
          "homing.access.trusted-proxies",
          "wrong (" + wrong.getMessage() + ")",
          "addresses and ranges like 10.0.0.7 or fd00::/8, separated by commas, and only together"
              + " with HOMING_ADMIN_KEY");
    }
  }

  /** In CIDR notation. */
  List<String> proxies() {
    return cidrs(trustedProxies);
  }

  private static List<String> cidrs(String text) {
    return AddressRange.parseAll(text).stream().map(AddressRange::cidr).toList();
  }

  public boolean isOpen() {
    return adminKey.isEmpty();
  }

  @Override
  public String toString() {
    return "AccessSettings[%s, %s]".formatted(isOpen() ? "open" : "***", trustedProxies);
  }
}
