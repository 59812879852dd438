package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import okhttp3.Dns;
import okhttp3.HttpUrl;

/**
 * Judges a URL before anything is sent there.
 *
 * <p>This is no guard, as a name may mean something else a moment later. Nor does it say what a
 * name means inside our network: of what is not listed, only how it is written counts.
 */
public final class DestinationCheck {
  private static final String NOT_PUBLIC =
      "Use the URL of a public address: a name or an address of the inside must lead to one in"
          + " HOMING_ALLOW_DESTINATIONS.";
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

  /**
   * Why it would not be called, as a sentence that says what to do.
   *
   * <p>A name of the inside has to be listed now. Any other may be registered, whatever it means:
   * to refuse those that lead inside would tell which of them exist.
   */
  public Optional<String> complaint(HttpUrl url) {
    if (policy.isHttpsOnly() && !url.isHttps()) {
      return Optional.of(NOT_SECURE);
    }
    boolean allowed =
        TimedDns.isAddress(url.host())
            ? isListedNow(url) || isPublicAddress(url)
            : policy.publicOnes().allowsName(url.host()) || isListedNow(url);
    return allowed ? Optional.empty() : Optional.of(NOT_PUBLIC);
  }

  private boolean isListedNow(HttpUrl url) {
    try {
      return isListed(url);
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  private boolean isPublicAddress(HttpUrl url) {
    InetAddress address = InetAddress.ofLiteral(url.host());
    return policy.publicOnes().allows(new InetSocketAddress(address, url.port()));
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

  private static boolean areAllowed(
      List<InetAddress> addresses, HttpUrl url, Destinations destinations) {
    return addresses.stream()
        .allMatch(address -> destinations.allows(new InetSocketAddress(address, url.port())));
  }
}
