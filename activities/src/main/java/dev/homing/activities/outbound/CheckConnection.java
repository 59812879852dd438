package dev.homing.activities.outbound;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.util.Objects;
import okhttp3.Connection;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.internal.connection.BufferedSocket;
import okhttp3.internal.connection.RealConnection;
import okhttp3.internal.http.RealInterceptorChain;

/**
 * Keeps one exchange's bytes from being read as the answer to the next.
 *
 * <p>A kept connection that holds bytes nobody asked for is given up before the request is written.
 * OkHttp has no public way to see them, so this one class reaches into its internals.
 */
final class CheckConnection implements Interceptor {
  private final GuardedSockets sockets;

  CheckConnection(GuardedSockets sockets) {
    this.sockets = sockets;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Connection connection = Objects.requireNonNull(chain.connection());
    GuardedSocket socket = sockets.under(connection);
    Exchange exchange = Objects.requireNonNull(chain.request().tag(Exchange.class));
    exchange.begin(connection, socket);
    if (exchange.isOnKeptConnection()
        && hasUnread((RealInterceptorChain) chain, connection, socket)) {
      throw new SocketException("unread bytes on a kept connection");
    }
    Response response = chain.proceed(chain.request());
    if (response.body().contentLength() < -1) { // Which OkHttp would try to read.
      throw new ProtocolException("a length below zero");
    }
    if (endsUnclearly(response)) {
      ((RealConnection) connection).noNewExchanges();
    }
    return response;
  }

  /** In OkHttp's buffer, in that of TLS, or in the kernel's. */
  private static boolean hasUnread(
      RealInterceptorChain chain, Connection connection, GuardedSocket socket) throws IOException {
    BufferedSocket buffered =
        (BufferedSocket)
            ((RealConnection) connection)
                .newCodec$okhttp(chain.getCall$okhttp().getClient(), chain)
                .getSocket();
    return buffered.getSource().getBuffer().size() > 0
        || connection.socket().getInputStream().available() > 0
        || socket.getInputStream().available() > 0;
  }

  /** Two lengths (RFC 9112, section 6.3), or a change of protocol that we did not ask for. */
  private static boolean endsUnclearly(Response response) {
    int lengths = response.headers("Content-Length").size();
    boolean chunked = response.header("Transfer-Encoding") != null;
    return lengths > 1 || (lengths == 1 && chunked) || response.code() == 101;
  }
}
