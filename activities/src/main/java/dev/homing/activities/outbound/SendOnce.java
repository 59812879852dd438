package dev.homing.activities.outbound;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Makes one exchange of a call, and lets its status line decide whatever happens afterwards.
 *
 * <p>The one exception is a receiver that closed a kept connection while we wrote to it: the
 * request is sent again at once, on a connection of its own.
 */
final class SendOnce implements Interceptor {
  /** Keeps nothing. */
  private final ConnectionPool fresh = new ConnectionPool(0, 1, TimeUnit.SECONDS);

  @Override
  public Response intercept(Chain chain) throws IOException {
    Exchange exchange = new Exchange();
    chain.call().addEventListener(exchange);
    Request request = chain.request().newBuilder().tag(Exchange.class, exchange).build();
    try {
      return answer(chain, request, exchange);
    } catch (IOException failure) {
      boolean answered = failure instanceof ProtocolException;
      if (answered || !exchange.wasStale() || chain.call().isCanceled()) {
        throw failure;
      }
      Request last = request.newBuilder().header("connection", "close").build();
      return answer(chain.withConnectionPool(fresh), last, exchange);
    }
  }

  /**
   * The answer, without its body where OkHttp gave up on it: it throws at a 407 that came without a
   * proxy, at a 204 with a length, and at a {@code Retry-After} that does not fit an int. At a
   * status below zero it throws as if that were our mistake.
   */
  private static Response answer(Chain chain, Request request, Exchange exchange)
      throws IOException {
    try {
      return chain.proceed(request);
    } catch (IOException | NumberFormatException failure) {
      Response answer = exchange.answer();
      if (answer != null) {
        return answer;
      }
      if (exchange.wasTooLong()) { // Looks like a failure of TLS, above it.
        throw new ProtocolException("more headers than are read");
      }
      throw failure;
    } catch (IllegalStateException negative) {
      throw new ProtocolException("a status below zero");
    }
  }
}
