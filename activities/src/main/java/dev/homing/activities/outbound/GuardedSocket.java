package dev.homing.activities.outbound;

import dev.homing.activities.destination.BlockedDestinationException;
import dev.homing.activities.destination.Destinations;
import dev.homing.activities.outbound.GuardedSockets.Endpoints;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Connects only to allowed addresses, and reads at most 128 KiB per exchange.
 *
 * <p>The limit applies on the wire, below TLS: OkHttp reads some lines without a limit of its own
 * (a chunk's extension, for example), and needs more than 20 bytes of memory for each byte of
 * one-letter headers.
 */
sealed class GuardedSocket extends Socket permits TunnelSocket {
  private static final long MAX_RECEIVED_BYTES = 128 * 1024;

  private final Destinations destinations;
  private final GuardedSockets sockets;
  private final AtomicLong received = new AtomicLong();
  private volatile @Nullable Endpoints ends;

  GuardedSocket(Destinations destinations, GuardedSockets sockets) {
    super(Proxy.NO_PROXY); // A plain socket obeys -DsocksProxyHost.
    this.destinations = destinations;
    this.sockets = sockets;
  }

  @Override
  public void connect(SocketAddress address, int timeoutMillis) throws IOException {
    if (!(address instanceof InetSocketAddress internet)
        || internet.isUnresolved()
        || !destinations.allows(internet)) {
      throw new BlockedDestinationException();
    }
    setTcpNoDelay(true); // The end of a payload must not wait for the ACK of its start.
    super.connect(address, timeoutMillis);
    Endpoints connected = Endpoints.of(this);
    ends = connected;
    sockets.add(connected, this);
    if (isClosed()) { // By a call that timed out meanwhile.
      sockets.remove(connected, this);
    }
  }

  /** Resets the count of received bytes. */
  void beginExchange() {
    received.set(0);
  }

  /** True if this exchange received more than the limit. */
  boolean isOverLimit() {
    return received() > MAX_RECEIVED_BYTES;
  }

  /** Bytes received since this exchange began, including those of TLS. */
  long received() {
    return received.get();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new LimitedInputStream(super.getInputStream());
  }

  @Override
  public void close() throws IOException {
    super.close();
    Endpoints connected = ends;
    if (connected != null) {
      sockets.remove(connected, this);
    }
  }

  private final class LimitedInputStream extends FilterInputStream {
    LimitedInputStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) == -1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      if (count > 0 && received.addAndGet(count) > MAX_RECEIVED_BYTES) {
        throw new ProtocolException("response larger than 128 KiB");
      }
      return count;
    }
  }
}
