package dev.homing.activities.destination;

import dev.homing.activities.Setting;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Which addresses are allowed in addition to public ones, and which are denied.
 *
 * @param allow ranges allowed though not public, separated by commas ({@code
 *     HOMING_ALLOW_DESTINATIONS})
 * @param deny ranges never called, even if allowed ({@code HOMING_DENY_DESTINATIONS})
 * @param httpsOnly whether only https:// URLs are called ({@code HOMING_HTTPS_ONLY})
 * @param egressProxy proxy through which public addresses are called; empty: none ({@code
 *     HOMING_EGRESS_PROXY})
 */
@ConfigurationProperties("homing.destinations")
public record DestinationSettings(
    String allow, String deny, boolean httpsOnly, String egressProxy) {
  private static final String ALLOWED =
      "ranges like 10.0.0.0/8, 10.1.2.3:8443, fd00::/8 or [fd00::/8]:443, separated by commas";

  public DestinationSettings {
    check("homing.destinations.allow", allow);
    check("homing.destinations.deny", deny);
    checkProxy(egressProxy);
  }

  private static void check(String property, String ranges) {
    try {
      var unused = AddressRange.parseAll(ranges);
    } catch (IllegalArgumentException e) {
      throw new Setting.Invalid(property, "wrong (" + e.getMessage() + ")", ALLOWED);
    }
  }

  private static void checkProxy(String egressProxy) {
    try {
      var unused = EgressProxy.parse(egressProxy);
    } catch (IllegalArgumentException e) {
      throw new Setting.Invalid(
          "homing.destinations.egress-proxy",
          "wrong (" + e.getMessage() + ")",
          "http://host:port, optionally with user:password@ in front of the host");
    }
  }

  Optional<EgressProxy> proxy() {
    return EgressProxy.parse(egressProxy);
  }

  List<AddressRange> listed() {
    return AddressRange.parseAll(allow);
  }

  List<AddressRange> denied() {
    return AddressRange.parseAll(deny);
  }

  /** Leaves out the proxy, whose URL may contain a password. */
  @Override
  public String toString() {
    return "DestinationSettings[%s, %s, %s]".formatted(allow, deny, httpsOnly);
  }
}
