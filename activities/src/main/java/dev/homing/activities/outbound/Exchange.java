package dev.homing.activities.outbound;

import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What was seen of one exchange with a receiver; used by the one thread that makes the call. */
final class Exchange extends EventListener {
  /**
   * TLS says goodbye in one alert or two, of up to 40 bytes each (the JDK's, padded). Less of an
   * answer than that cannot be told from it here; at worst it costs a repeat with the same id.
   */
  private static final long GOODBYE = 80;

  private boolean kept = true;
  private boolean secure;
  private @Nullable GuardedSocket socket;
  private @Nullable Response answer;

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
    kept = false;
  }

  void begin(Connection connection, GuardedSocket below) {
    secure = connection.handshake() != null;
    socket = below;
    below.beginExchange();
  }

  @Override
  public void responseHeadersEnd(Call call, Response response) {
    answer = response;
  }

  /** True when the connection was kept from an earlier exchange. */
  boolean isOnKeptConnection() {
    return kept;
  }

  /** True when a kept connection brought not a byte of an answer. */
  boolean wasStale() {
    return kept && socket != null && socket.received() <= (secure ? GOODBYE : 0);
  }

  /** True when the headers were more than is read. */
  boolean wasTooLong() {
    return answer == null && socket != null && socket.isOverLimit();
  }

  /** Status line and headers, without the body; null as long as they have not come. */
  @Nullable Response answer() {
    return answer;
  }
}
