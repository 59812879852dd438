package dev.homing.activities.destination;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Where this node itself listens: on these ports of all addresses of this machine. */
public final class OwnPorts {
  private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

  public void add(int port) {
    ports.add(port);
  }

  boolean hold(InetSocketAddress address) {
    return ports.contains(address.getPort()) && isOfThisMachine(address.getAddress());
  }

  private static boolean isOfThisMachine(InetAddress address) {
    try {
      return address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
