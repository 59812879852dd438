package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The addresses that Homing may call: public ones, and those that the operator lists.
 *
 * <p>Compares bytes, as the JDK's own predicates know few of these ranges. The JDK turns an IPv4
 * address written as IPv6 ({@code ::ffff:0:0/96}) into IPv4 before it comes here.
 */
public final class DestinationPolicy {
  /**
   * IPv4 ranges that are not public: IANA's registry of special addresses (RFC 6890), multicast,
   * and the address of Azure's host agent.
   */
  private static final List<AddressRange> NOT_PUBLIC_IPV4 =
      ranges(
          "0.0.0.0/8", // This host (RFC 791); 0 and 0.0.0.0 reach the loopback.
          "10.0.0.0/8", // Private (RFC 1918).
          "100.64.0.0/10", // Carriers (RFC 6598); metadata of Alibaba.
          "127.0.0.0/8", // Loopback (RFC 1122).
          "168.63.129.16/32", // Azure.
          "169.254.0.0/16", // Link-local (RFC 3927); metadata of most clouds.
          "172.16.0.0/12",
          "192.0.0.0/24", // Protocols (RFC 6890); metadata of Oracle.
          "192.0.2.0/24", // Documentation (RFC 5737).
          "192.31.196.0/24", // AS112 (RFC 7535).
          "192.52.193.0/24", // AMT (RFC 7450).
          "192.88.99.0/24", // Relays to 6to4 (RFC 7526).
          "192.168.0.0/16",
          "192.175.48.0/24", // AS112 (RFC 7534).
          "198.18.0.0/15", // Benchmarks (RFC 2544).
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4", // Multicast (RFC 5771).
          "240.0.0.0/4"); // Reserved (RFC 1112), and broadcast.

  /** Contains all public addresses (RFC 4291, section 2.4); any other range is refused. */
  private static final AddressRange GLOBAL_IPV6 = AddressRange.parse("2000::/3");

  private static final List<AddressRange> NOT_PUBLIC_IPV6 =
      ranges(
          "2001::/23", // Protocols (RFC 2928), Teredo among them, which hides an IPv4 address.
          "2001:db8::/32", // Documentation (RFC 3849).
          "2002::/16", // 6to4 (RFC 3056): hides an IPv4 address.
          "2620:4f:8000::/48", // AS112 (RFC 7534).
          "3fff::/20"); // Documentation (RFC 9637).

  /** Embeds IPv4 addresses (RFC 6052): listing this range does not list the embedded addresses. */
  private static final AddressRange NAT64 = AddressRange.parse("64:ff9b::/96");

  private static final List<AddressRange> LOOPBACK = ranges("127.0.0.0/8", "::1/128");

  /** Ends of internal names, which public name servers never resolve. */
  private static final List<String> INTERNAL_SUFFIXES =
      List.of(
          ".localhost", // RFC 6761
          ".local", // RFC 6762, section 3
          ".corp", // From here on RFC 6762, appendix G.
          ".home",
          ".intranet",
          ".lan",
          ".private",
          ".mail", // Never delegated by ICANN, as .corp and .home.
          ".internal", // Reserved by ICANN for this.
          ".home.arpa", // RFC 8375
          ".onion"); // RFC 7686

  private final List<AddressRange> listed;
  private final List<AddressRange> denied;
  private final OwnPorts own;
  private final boolean httpsOnly;
  private final Optional<EgressProxy> proxy;

  /**
   * Builds the policy from the settings.
   *
   * @param withLoopback whether the loopback counts as listed
   * @param own ports of this node, never called
   */
  public DestinationPolicy(DestinationSettings settings, boolean withLoopback, OwnPorts own) {
    this.listed =
        Stream.of(settings.listed(), withLoopback ? LOOPBACK : List.<AddressRange>of())
            .flatMap(List::stream)
            .toList();
    this.denied = settings.denied();
    this.own = own;
    this.httpsOnly = settings.httpsOnly();
    this.proxy = settings.proxy();
  }

  private static List<AddressRange> ranges(String... ranges) {
    return Arrays.stream(ranges).map(AddressRange::parse).toList();
  }

  /** The public addresses, which any subscriber may use. */
  public Destinations publicAddresses() {
    return new Destinations() {
      @Override
      public boolean allows(InetSocketAddress address) {
        return isPublic(address);
      }

      @Override
      public boolean allowsName(String host) {
        return !isInternal(host);
      }
    };
  }

  /** The addresses listed by the operator, under any name. */
  public Destinations listedAddresses() {
    return this::isListed;
  }

  /** True if only URLs with https:// may be called. */
  public boolean isHttpsOnly() {
    return httpsOnly;
  }

  /** The proxy through which public addresses are called. */
  public Optional<EgressProxy> proxy() {
    return proxy;
  }

  /** True if only public addresses may be called. */
  boolean hasEmptyAllowList() {
    return listed.isEmpty();
  }

  private boolean isPublic(InetSocketAddress address) {
    return isPublic(address.getAddress()) && !isDenied(address);
  }

  /** Whether this is an address of the public Internet. */
  public static boolean isPublic(InetAddress ip) {
    return ip.getAddress().length == Integer.BYTES
        ? !contains(NOT_PUBLIC_IPV4, ip)
        : GLOBAL_IPV6.contains(ip) && !contains(NOT_PUBLIC_IPV6, ip);
  }

  private static boolean contains(List<AddressRange> ranges, InetAddress ip) {
    return ranges.stream().anyMatch(range -> range.contains(ip));
  }

  private boolean isDenied(InetSocketAddress address) {
    return own.contain(address)
        || denied.stream()
            .anyMatch(
                range ->
                    range.contains(address.getAddress())
                        && (range.port() == AddressRange.ANY || range.port() == address.getPort()));
  }

  private boolean isListed(InetSocketAddress address) {
    boolean inList =
        listed.stream()
            .anyMatch(
                range ->
                    range.contains(address.getAddress())
                        && (range.port() == AddressRange.ANY
                            || address.getPort() == 0
                            || range.port() == address.getPort()));
    return inList
        && !isDenied(address)
        && (!NAT64.contains(address.getAddress()) || allowsEmbedded(address));
  }

  private boolean allowsEmbedded(InetSocketAddress nat64) {
    byte[] bytes = nat64.getAddress().getAddress();
    try {
      InetAddress ipv4 = InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, bytes.length));
      InetSocketAddress embedded = new InetSocketAddress(ipv4, nat64.getPort());
      return isPublic(embedded) || isListed(embedded);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static boolean isInternal(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    return name.chars().noneMatch(c -> c == '.' || c == ':')
        || INTERNAL_SUFFIXES.stream().anyMatch(name::endsWith);
  }
}
