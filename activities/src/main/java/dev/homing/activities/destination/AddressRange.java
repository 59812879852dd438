package dev.homing.activities.destination;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A range of addresses in CIDR notation (RFC 4632; RFC 4291, section 2.3), optionally with one
 * port.
 *
 * @param first the first address
 * @param bits the length of the prefix
 * @param port {@link #ANY} for all ports
 */
public record AddressRange(InetAddress first, int bits, int port) {
  public static final int ANY = 0;

  private static final String IPV4 = "(?:[0-9]{1,3}\\.){3}[0-9]{1,3}";
  private static final String IPV6 = "[0-9a-fA-F]*:[0-9a-fA-F:.]*";
  private static final Pattern ADDRESS = Pattern.compile(IPV4 + "|" + IPV6);
  private static final String BITS = "(?:/[0-9]{1,3})?";
  private static final String PORT = ":([0-9]{1,5})";
  private static final Pattern RANGE =
      Pattern.compile(
          "(%1$s%3$s)(?:%4$s)?|(%2$s%3$s)|\\[(%2$s%3$s)](?:%4$s)?"
              .formatted(IPV4, IPV6, BITS, PORT));

  /**
   * Parses {@code 10.0.0.0/8}, {@code 10.1.2.3:8443}, {@code fd00::/8} or {@code [fd00::/8]:443}.
   *
   * @throws IllegalArgumentException with a message that names the error
   */
  static AddressRange parse(String text) {
    Matcher parts = RANGE.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("%s is not a range of addresses".formatted(text));
    }
    String[] cidr = firstOf(parts, 1, 3, 4).split("/", 2);
    InetAddress first = literal(cidr[0], text);
    int maxBits = first.getAddress().length * Byte.SIZE;
    int bits = cidr.length == 1 ? maxBits : Integer.parseInt(cidr[1]);
    String port = firstOf(parts, 2, 5);
    AddressRange range = new AddressRange(first, bits, port.isEmpty() ? ANY : port(port, text));
    if (bits > maxBits) {
      throw new IllegalArgumentException("%s needs a prefix from 0 to %d".formatted(text, maxBits));
    }
    if (!range.hasZeroHostBits()) {
      throw new IllegalArgumentException(
          "%s has bits set beyond its prefix of %d".formatted(text, bits));
    }
    return range;
  }

  /**
   * Parses ranges separated by commas; an empty text has none.
   *
   * @throws IllegalArgumentException with a message that names the error
   */
  public static List<AddressRange> parseAll(String text) {
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .filter(range -> !range.isEmpty())
        .map(AddressRange::parse)
        .toList();
  }

  /**
   * The range in CIDR notation.
   *
   * @throws IllegalArgumentException if the range has a port, which CIDR notation lacks
   */
  public String cidr() {
    if (port != ANY) {
      throw new IllegalArgumentException(
          "%s:%d has a port".formatted(first.getHostAddress(), port));
    }
    return first.getHostAddress() + "/" + bits;
  }

  private static String firstOf(Matcher parts, int... groups) {
    return Arrays.stream(groups)
        .mapToObj(parts::group)
        .filter(part -> part != null)
        .findFirst()
        .orElse("");
  }

  private static InetAddress literal(String address, String text) {
    InetAddress parsed =
        readAddress(address)
            .orElseThrow(
                () ->
                    new IllegalArgumentException("%s is not a range of addresses".formatted(text)));
    if (address.indexOf(':') >= 0 && parsed instanceof Inet4Address) {
      throw new IllegalArgumentException("%s must be written as IPv4".formatted(text));
    }
    return parsed;
  }

  /**
   * Reads an address without port, brackets or zone; empty if it is none. IPv4 needs four numbers:
   * {@code InetAddress} also takes {@code 7} and {@code 1.2}.
   */
  public static Optional<InetAddress> readAddress(String text) {
    if (!ADDRESS.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static int port(String digits, String text) {
    int port = Integer.parseInt(digits);
    if (port == 0 || port > 65_535) {
      throw new IllegalArgumentException("%s needs a port from 1 to 65535".formatted(text));
    }
    return port;
  }

  private boolean hasZeroHostBits() {
    byte[] bytes = first.getAddress();
    for (int bit = bits; bit < bytes.length * Byte.SIZE; bit++) {
      if ((bytes[bit / Byte.SIZE] >> (7 - bit % Byte.SIZE) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the range contains this address; ignores the port. */
  boolean contains(InetAddress address) {
    byte[] one = first.getAddress();
    byte[] other = address.getAddress();
    if (one.length != other.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    int rest = bits % Byte.SIZE;
    return Arrays.equals(one, 0, whole, other, 0, whole)
        && (rest == 0 || (one[whole] ^ other[whole]) >> (Byte.SIZE - rest) == 0);
  }
}
