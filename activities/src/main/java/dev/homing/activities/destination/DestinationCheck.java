package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import okhttp3.Dns;
import okhttp3.HttpUrl;

/**
 * Looks where a URL leads before anything is sent there.
 *
 * <p>This is no guard, as a name may mean something else a moment later.
 */
public final class DestinationCheck {
  private static final String NOT_PUBLIC =
      "Use the URL of a public address: any other must be in HOMING_ALLOW_DESTINATIONS.";
  private static final String NOT_SECURE = "Start the URL with https://: no other is called.";

  private final DestinationPolicy policy;
  private final Dns resolver;

  /**
   * A check by this policy.
   *
   * @param resolver answers in time, or not at all
   */
  public DestinationCheck(DestinationPolicy policy, Dns resolver) {
    this.policy = policy;
    this.resolver = resolver;
  }

  /** Why it would not be called, as a sentence that says what to do. Who is unknown may yet be. */
  public Optional<String> complaint(HttpUrl url) {
    if (policy.isHttpsOnly() && !url.isHttps()) {
      return Optional.of(NOT_SECURE);
    }
    try {
      return isListed(url) || isPublic(url) ? Optional.empty() : Optional.of(NOT_PUBLIC);
    } catch (BlockedDestinationException blocked) {
      return Optional.of(NOT_PUBLIC);
    } catch (UnknownHostException unknown) {
      return Optional.empty();
    }
  }

  /**
   * Whether all its addresses are listed.
   *
   * @throws UnknownHostException if it has none
   */
  public boolean isListed(HttpUrl url) throws UnknownHostException {
    return !policy.listsNothing()
        && areAllowed(resolver.lookup(url.host()), url, policy.listedOnes());
  }

  private boolean isPublic(HttpUrl url) throws UnknownHostException {
    Destinations destinations = policy.publicOnes();
    return areAllowed(new GuardedDns(resolver, destinations).lookup(url.host()), url, destinations);
  }

  private static boolean areAllowed(
      List<InetAddress> addresses, HttpUrl url, Destinations destinations) {
    return addresses.stream()
        .allMatch(address -> destinations.allows(new InetSocketAddress(address, url.port())));
  }
}
