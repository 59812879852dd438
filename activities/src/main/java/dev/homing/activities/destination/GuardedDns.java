package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Refuses a name if any of its addresses is refused, as if the name did not exist: subscribers must
 * not learn which names exist inside our network.
 *
 * <p>OkHttp does not look up literal addresses. The real guard is at the socket; this one only
 * fails earlier.
 */
public final class GuardedDns implements Dns {
  private final Dns resolver;
  private final Destinations destinations;

  public GuardedDns(Dns resolver, Destinations destinations) {
    this.resolver = resolver;
    this.destinations = destinations;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    if (!destinations.allowsName(host)) {
      throw new BlockedDestinationException();
    }
    List<InetAddress> addresses = resolver.lookup(host);
    for (InetAddress address : addresses) {
      if (!destinations.allows(new InetSocketAddress(address, 0))) {
        throw new UnknownHostException("no allowed address");
      }
    }
    return addresses;
  }
}
