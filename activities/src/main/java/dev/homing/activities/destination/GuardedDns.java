package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Refuses a name if any of its addresses is refused, as if it did not exist: which names exist
 * inside our network is not for everybody to know.
 *
 * <p>Literal addresses never come here: the guard is at the socket, this one only speaks earlier.
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
        throw new UnknownHostException("no address that may be called");
      }
    }
    return addresses;
  }
}
