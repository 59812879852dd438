package dev.homing.activities.destination;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The ports on which this node listens, at any address of this machine. */
public final class OwnPorts {
  private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

  public void add(int port) {
    ports.add(port);
  }

  boolean contain(InetSocketAddress address) {
    return ports.contains(address.getPort()) && isLocal(address.getAddress());
  }

  private static boolean isLocal(InetAddress address) {
    try {
      return address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }
}
