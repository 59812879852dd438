package dev.homing.activities.outbound;

import dev.homing.activities.destination.Destinations;
import dev.homing.activities.destination.EgressProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.SocketFactory;
import okhttp3.Connection;
import org.jspecify.annotations.Nullable;

/** Makes sockets that connect only to allowed addresses, and keeps track of the open ones. */
final class GuardedSockets extends SocketFactory {
  private final Destinations destinations;
  private final @Nullable EgressProxy proxy;
  private final ConcurrentMap<Endpoints, GuardedSocket> open = new ConcurrentHashMap<>();

  /** Sockets that connect directly. */
  GuardedSockets(Destinations destinations) {
    this(destinations, null);
  }

  /** Sockets that connect through this proxy; null: directly. */
  GuardedSockets(Destinations destinations, @Nullable EgressProxy proxy) {
    this.destinations = destinations;
    this.proxy = proxy;
  }

  @Override
  public Socket createSocket() {
    return proxy == null
        ? new GuardedSocket(destinations, this)
        : new TunnelSocket(destinations, this, proxy);
  }

  /** The socket of this connection, below TLS. */
  GuardedSocket socketOf(Connection connection) throws SocketException {
    GuardedSocket socket = open.get(Endpoints.of(connection.socket()));
    if (socket == null) {
      throw new SocketException("closed");
    }
    return socket;
  }

  void add(Endpoints ends, GuardedSocket socket) {
    open.put(ends, socket);
  }

  void remove(Endpoints ends, GuardedSocket socket) {
    open.remove(ends, socket);
  }

  /** Identifies an open connection, above and below TLS. */
  record Endpoints(SocketAddress local, SocketAddress remote) {
    static Endpoints of(Socket socket) {
      return new Endpoints(socket.getLocalSocketAddress(), socket.getRemoteSocketAddress());
    }
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw unsupported();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    throw unsupported();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw unsupported();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    throw unsupported();
  }

  private static IOException unsupported() {
    return new SocketException("Connect a guarded socket after creating it.");
  }
}
