package dev.homing.app.access;

import dev.homing.activities.destination.AddressRange;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A caller's IP address. */
record Address(InetAddress address) {
  private static final Pattern WITH_PORT =
      Pattern.compile("\\[(?<v6>[^]]*:[^]]*)](?::\\d{1,5})?|(?<v4>[0-9.]+):\\d{1,5}");

  /** Reads an address with or without brackets and port; empty if the text is not an address. */
  static Optional<Address> read(String text) {
    Matcher parts = WITH_PORT.matcher(text);
    String literal =
        !parts.matches() ? text : parts.group("v6") != null ? parts.group("v6") : parts.group("v4");
    return AddressRange.readAddress(literal).map(Address::new);
  }

  /** The canonical text; an IPv4 address mapped to IPv6 is written as IPv4. */
  String text() {
    return address.getHostAddress().replaceFirst("%.*", "");
  }

  boolean isLoopback() {
    return address.isLoopbackAddress();
  }

  /** The network of one caller: an IPv4 address itself, or the first 64 bits of IPv6. */
  String network() {
    if (address instanceof Inet4Address) {
      return text();
    }
    try {
      return InetAddress.getByAddress(Arrays.copyOf(Arrays.copyOf(address.getAddress(), 8), 16))
              .getHostAddress()
          + "/64";
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible); // 16 bytes are an address.
    }
  }
}
