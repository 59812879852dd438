package dev.homing.activities.destination;

import dev.homing.activities.Setting;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where requests may go, beyond and less than public addresses.
 *
 * @param allow ranges that are not public, separated by commas ({@code HOMING_ALLOW_DESTINATIONS})
 * @param deny ranges that are never called, not even if they are allowed ({@code
 *     HOMING_DENY_DESTINATIONS})
 * @param httpsOnly whether requests are sent over TLS only ({@code HOMING_HTTPS_ONLY})
 * @param egressProxy through which public addresses are called; empty: none ({@code
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
    } catch (IllegalArgumentException wrong) {
      throw new Setting.Invalid(property, "wrong (" + wrong.getMessage() + ")", ALLOWED);
    }
  }

  private static void checkProxy(String egressProxy) {
    try {
      var unused = EgressProxy.parse(egressProxy);
    } catch (IllegalArgumentException wrong) {
      throw new Setting.Invalid(
          "homing.destinations.egress-proxy",
          "wrong (" + wrong.getMessage() + ")",
          "http://host:port, also with user:password@ before the host");
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

  /** Without the proxy, which may have a password. */
  @Override
  public String toString() {
    return "DestinationSettings[%s, %s, %s]".formatted(allow, deny, httpsOnly);
  }
}
