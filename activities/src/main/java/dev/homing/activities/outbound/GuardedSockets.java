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

/** Makes sockets that connect only where {@link Destinations} allows, and knows the open ones. */
final class GuardedSockets extends SocketFactory {
  private final Destinations destinations;
  private final @Nullable EgressProxy proxy;
  private final ConcurrentMap<Ends, GuardedSocket> open = new ConcurrentHashMap<>();

  /** Sockets that go straight to these destinations. */
  GuardedSockets(Destinations destinations) {
    this(destinations, null);
  }

  /** Sockets that go through this proxy, if there is one. */
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

  /** The socket that carries this connection, below TLS. */
  GuardedSocket under(Connection connection) throws SocketException {
    GuardedSocket socket = open.get(Ends.of(connection.socket()));
    if (socket == null) {
      throw new SocketException("closed");
    }
    return socket;
  }

  void opened(Ends ends, GuardedSocket socket) {
    open.put(ends, socket);
  }

  void closed(Ends ends, GuardedSocket socket) {
    open.remove(ends, socket);
  }

  /** What tells two open connections apart, and is the same above and below TLS. */
  record Ends(SocketAddress local, SocketAddress remote) {
    static Ends of(Socket socket) {
      return new Ends(socket.getLocalSocketAddress(), socket.getRemoteSocketAddress());
    }
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw connectsUnasked();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    throw connectsUnasked();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw connectsUnasked();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    throw connectsUnasked();
  }

  private static IOException connectsUnasked() {
    return new SocketException("A guarded socket is connected by its user.");
  }
}
