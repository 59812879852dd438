package dev.homing.activities.destination;

import dev.homing.activities.Setting;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where requests may go, beyond and less than public addresses.
 *
 * @param allow ranges that are not public, separated by commas ({@code HOMING_ALLOW_DESTINATIONS})
 * @param deny ranges that are never called, not even if they are allowed ({@code
 *     HOMING_DENY_DESTINATIONS})
 * @param httpsOnly whether requests are sent over TLS only ({@code HOMING_HTTPS_ONLY})
 */
@ConfigurationProperties("homing.destinations")
public record DestinationSettings(String allow, String deny, boolean httpsOnly) {
  private static final String ALLOWED =
      "ranges like 10.0.0.0/8, 10.1.2.3:8443, fd00::/8 or [fd00::/8]:443, separated by commas";

  public DestinationSettings {
    check("homing.destinations.allow", allow);
    check("homing.destinations.deny", deny);
  }

  private static void check(String property, String ranges) {
    try {
      var unused = AddressRange.parseAll(ranges);
    } catch (IllegalArgumentException wrong) {
      throw new Setting.Invalid(property, "wrong (" + wrong.getMessage() + ")", ALLOWED);
    }
  }

  List<AddressRange> listed() {
    return AddressRange.parseAll(allow);
  }

  List<AddressRange> denied() {
    return AddressRange.parseAll(deny);
  }
}
