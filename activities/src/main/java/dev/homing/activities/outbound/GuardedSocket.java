package dev.homing.activities.outbound;

import dev.homing.activities.destination.BlockedDestinationException;
import dev.homing.activities.destination.Destinations;
import dev.homing.activities.outbound.GuardedSockets.Ends;
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
 * Connects only where it may, and reads no more than 128 KiB for one exchange.
 *
 * <p>The limit is here, on the wire and below TLS, because OkHttp reads some lines (a chunk's
 * extension, for one) without a limit of its own, and makes more than 20 bytes of each one of
 * headers that are no longer than a letter.
 */
sealed class GuardedSocket extends Socket permits TunnelSocket {
  private static final long LIMIT = 128 * 1024;

  private final Destinations destinations;
  private final GuardedSockets sockets;
  private final AtomicLong received = new AtomicLong();
  private volatile @Nullable Ends ends;

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
    setTcpNoDelay(true); // The end of a payload must not wait for the receipt of its start.
    super.connect(address, timeoutMillis);
    Ends connected = Ends.of(this);
    ends = connected;
    sockets.opened(connected, this);
    if (isClosed()) { // By a call that ran out of time.
      sockets.closed(connected, this);
    }
  }

  /** Counts anew from here. */
  void beginExchange() {
    received.set(0);
  }

  /** True when this exchange brought more than is read. */
  boolean isOverLimit() {
    return received() > LIMIT;
  }

  /** Bytes that came in since this exchange began, those of TLS included. */
  long received() {
    return received.get();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new Limited(super.getInputStream());
  }

  @Override
  public void close() throws IOException {
    super.close();
    Ends connected = ends;
    if (connected != null) {
      sockets.closed(connected, this);
    }
  }

  private final class Limited extends FilterInputStream {
    Limited(InputStream in) {
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
      if (count > 0 && received.addAndGet(count) > LIMIT) {
        throw new ProtocolException("more than 128 KiB came back");
      }
      return count;
    }
  }
}
