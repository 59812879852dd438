package dev.homing.activities.outbound;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Makes one exchange per call; its status line decides, whatever happens afterwards.
 *
 * <p>The one exception: if the receiver closed a kept connection while we wrote to it, the request
 * is sent again at once, on a new connection.
 */
final class SendOnce implements Interceptor {
  /** A pool that keeps no connection. */
  private final ConnectionPool emptyPool = new ConnectionPool(0, 1, TimeUnit.SECONDS);

  @Override
  public Response intercept(Chain chain) throws IOException {
    Exchange exchange = new Exchange();
    chain.call().addEventListener(exchange);
    Request request = chain.request().newBuilder().tag(Exchange.class, exchange).build();
    try {
      return proceed(chain, request, exchange);
    } catch (IOException failure) {
      boolean answered = failure instanceof ProtocolException;
      if (answered || !exchange.wasStale() || chain.call().isCanceled()) {
        throw failure;
      }
      Request repeated = request.newBuilder().header("connection", "close").build();
      return proceed(chain.withConnectionPool(emptyPool), repeated, exchange);
    }
  }

  /**
   * The response, even where OkHttp throws after reading its head: for a 407 without a proxy, a 204
   * with a length, and a {@code Retry-After} beyond an int. OkHttp throws an {@code
   * IllegalStateException} for a negative status code, as if we were at fault.
   */
  private static Response proceed(Chain chain, Request request, Exchange exchange)
      throws IOException {
    try {
      return chain.proceed(request);
    } catch (IOException | NumberFormatException failure) {
      Response response = exchange.response();
      if (response != null) {
        return response;
      }
      if (exchange.hadTooLargeHeaders()) { // With TLS it looks like a failure of TLS.
        throw new ProtocolException("response headers too large");
      }
      throw failure;
    } catch (IllegalStateException e) {
      throw new ProtocolException("negative status code");
    }
  }
}
