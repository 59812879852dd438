package dev.homing.app.access;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The address of a caller, however it is written. */
record Address(InetAddress address) {
  /** An IPv4 address is four numbers: {@code InetAddress} also takes {@code 7} and {@code 1.2}. */
  private static final String IPV4 = "\\d{1,3}(?:\\.\\d{1,3}){3}";

  private static final String IPV6 = "[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*";
  private static final String PORT = "(?::\\d{1,5})?";

  private static final Pattern WRITTEN =
      Pattern.compile(
          "(?<v4>%s)%s|(?<v6>%s)|\\[(?<bracketed>%s)]%s".formatted(IPV4, PORT, IPV6, IPV6, PORT));

  /** With or without brackets and port, as proxies write it; empty if it is no address. */
  static Optional<Address> read(String text) {
    Matcher written = WRITTEN.matcher(text);
    if (!written.matches()) {
      return Optional.empty();
    }
    return Stream.of("v4", "v6", "bracketed")
        .map(written::group)
        .filter(Objects::nonNull)
        .findFirst()
        .flatMap(Address::literal);
  }

  private static Optional<Address> literal(String text) {
    try {
      return Optional.of(new Address(InetAddress.ofLiteral(text)));
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }

  /** One text for each address; IPv4 in IPv6 is IPv4. */
  String text() {
    return address.getHostAddress().replaceFirst("%.*", "");
  }

  boolean isLoopback() {
    return address.isLoopbackAddress();
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
