package dev.homing.activities.outbound;

import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Observes one exchange with a receiver; confined to the thread that makes the call. */
final class Exchange extends EventListener {
  /**
   * Bytes that TLS may send when it closes: one or two alerts of up to 40 bytes each (the JDK's,
   * padded). A response of fewer bytes is taken for them; at worst the request is repeated with the
   * same id.
   */
  private static final long MAX_CLOSE_BYTES = 80;

  private boolean kept = true;
  private boolean tls;
  private @Nullable GuardedSocket socket;
  private @Nullable Response response;

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
    kept = false;
  }

  void begin(Connection connection, GuardedSocket below) {
    tls = connection.handshake() != null;
    socket = below;
    below.beginExchange();
  }

  @Override
  public void responseHeadersEnd(Call call, Response response) {
    this.response = response;
  }

  /** True if the connection is reused from an earlier exchange. */
  boolean isOnKeptConnection() {
    return kept;
  }

  /** True if no byte of a response arrived on a kept connection. */
  boolean wasStale() {
    return kept && socket != null && socket.received() <= (tls ? MAX_CLOSE_BYTES : 0);
  }

  /** True if the headers exceeded the limit. */
  boolean hadTooLargeHeaders() {
    return response == null && socket != null && socket.isOverLimit();
  }

  /** Status line and headers, without the body; null until they have arrived. */
  @Nullable Response response() {
    return response;
  }
}
