package dev.homing.app.access;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a caller, however it is written. */
record Address(InetAddress address) {
  private static final Pattern WITH_PORT =
      Pattern.compile("\\[(?<v6>[0-9A-Fa-f:.]+)](?::\\d{1,5})?|(?<v4>[0-9.]+):\\d{1,5}");

  /** With or without brackets and port, as proxies write it; empty if it is no address. */
  static Optional<Address> read(String text) {
    Matcher parts = WITH_PORT.matcher(text);
    String literal =
        !parts.matches() ? text : parts.group("v6") != null ? parts.group("v6") : parts.group("v4");
    try {
      return Optional.of(new Address(InetAddress.ofLiteral(literal)));
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }

  /** One text for each address; IPv4 in IPv6 is IPv4. */
  String text() {
    return address.getHostAddress().replaceFirst("%.*", "");
  }

  /** Whose it is: an IPv4 address itself, of IPv6 the first 64 bits, all of which one has. */
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
