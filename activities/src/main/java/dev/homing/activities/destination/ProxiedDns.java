package dev.homing.activities.destination;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Returns a placeholder address, as the proxy looks the name up.
 *
 * <p>OkHttp does not look up literal addresses.
 */
public final class ProxiedDns implements Dns {
  private final Destinations destinations;

  public ProxiedDns(Destinations destinations) {
    this.destinations = destinations;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    if (!destinations.allowsName(host)) {
      throw new BlockedDestinationException();
    }
    return List.of(InetAddress.getByAddress(host, new byte[Integer.BYTES]));
  }
}
