package dev.homing.app.access;

import dev.homing.activities.Setting;
import dev.homing.activities.destination.AddressRange;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How callers authenticate.
 *
 * @param adminKey the operator's bearer token; empty: open mode, for the loopback only ({@code
 *     HOMING_ADMIN_KEY})
 * @param trustedProxies ranges of proxies that report a caller's address, separated by commas
 *     ({@code HOMING_TRUSTED_PROXIES})
 */
@ConfigurationProperties("homing.access")
public record AccessSettings(String adminKey, String trustedProxies) {
  private static final int MIN_KEY_LENGTH = 16;

  public AccessSettings {
    if (!adminKey.isEmpty() && adminKey.length() < MIN_KEY_LENGTH) {
      throw new Setting.Invalid(
          "homing.access.admin-key",
          "%d characters long".formatted(adminKey.length()),
          "at least %d characters, or none for open mode".formatted(MIN_KEY_LENGTH));
    }
    checkProxies(adminKey, trustedProxies);
  }

  /** Open mode trusts no proxy: it judges callers by their address alone. */
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

  /** The trusted proxies in CIDR notation. */
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
