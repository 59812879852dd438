package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import okhttp3.Dns;
import okhttp3.HttpUrl;

/**
 * Checks a URL at registration.
 *
 * <p>It is no guard, as a name may resolve differently a moment later. It does not reveal how a
 * name resolves inside our network: a name is judged by its spelling, unless it leads to listed
 * addresses.
 */
public final class DestinationCheck {
  private static final String NOT_PUBLIC =
      "Use a public address: internal names and addresses must lead to addresses in"
          + " HOMING_ALLOW_DESTINATIONS.";
  private static final String NOT_SECURE =
      "Start the URL with https://: other URLs are not called.";

  private final DestinationPolicy policy;
  private final Dns resolver;

  /**
   * Checks by this policy.
   *
   * @param resolver must time out by itself
   */
  public DestinationCheck(DestinationPolicy policy, Dns resolver) {
    this.policy = policy;
    this.resolver = resolver;
  }

  /**
   * Why the URL would not be called, as a sentence that says what to do; empty if it would.
   *
   * <p>An internal name must lead to listed addresses now. Any other name may be registered,
   * whatever it resolves to: refusing names that lead inside would tell which of them exist.
   */
  public Optional<String> complaint(HttpUrl url) {
    if (policy.isHttpsOnly() && !url.isHttps()) {
      return Optional.of(NOT_SECURE);
    }
    boolean allowed =
        TimedDns.isAddress(url.host())
            ? isListedNow(url) || isPublicAddress(url)
            : policy.publicAddresses().allowsName(url.host()) || isListedNow(url);
    return allowed ? Optional.empty() : Optional.of(NOT_PUBLIC);
  }

  private boolean isListedNow(HttpUrl url) {
    try {
      return isListed(url);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private boolean isPublicAddress(HttpUrl url) {
    InetAddress address = InetAddress.ofLiteral(url.host());
    return policy.publicAddresses().allows(new InetSocketAddress(address, url.port()));
  }

  /**
   * Whether all addresses of the host are listed.
   *
   * @throws UnknownHostException if the host has none
   */
  public boolean isListed(HttpUrl url) throws UnknownHostException {
    return !policy.hasEmptyAllowList()
        && areAllowed(resolver.lookup(url.host()), url, policy.listedAddresses());
  }

  private static boolean areAllowed(
      List<InetAddress> addresses, HttpUrl url, Destinations destinations) {
    return addresses.stream()
        .allMatch(address -> destinations.allows(new InetSocketAddress(address, url.port())));
  }
}
