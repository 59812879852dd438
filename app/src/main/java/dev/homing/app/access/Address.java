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

/** A caller's IP address. */
record Address(InetAddress address) {
  /** An IPv4 address is four numbers: {@code InetAddress} also takes {@code 7} and {@code 1.2}. */
  private static final String IPV4 = "\\d{1,3}(?:\\.\\d{1,3}){3}";

  private static final String IPV6 = "[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*";
  private static final String PORT = "(?::\\d{1,5})?";

  private static final Pattern FORM =
      Pattern.compile(
          "(?<v4>%s)%s|(?<v6>%s)|\\[(?<bracketed>%s)]%s".formatted(IPV4, PORT, IPV6, IPV6, PORT));

  /** Parses an address, with or without brackets and port; empty if it is not one. */
  static Optional<Address> read(String text) {
    Matcher written = FORM.matcher(text);
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
