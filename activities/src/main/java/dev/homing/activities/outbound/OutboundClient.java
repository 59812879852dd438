package dev.homing.activities.outbound;

import dev.homing.activities.destination.Destinations;
import dev.homing.activities.destination.EgressProxy;
import dev.homing.activities.destination.GuardedDns;
import dev.homing.activities.destination.ProxiedDns;
import dev.homing.activities.subscription.ReceiverTls;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Authenticator;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.CookieJar;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;

/** The one place where an HTTP client is built: guarded, bounded, without automatic retries. */
final class OutboundClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  /** As many as first attempts use at once by default; with fewer, load would open new ones. */
  private static final int MAX_IDLE_CONNECTIONS = 512;

  /** Shorter than the five seconds after which many servers close an idle connection. */
  private static final int MAX_IDLE_SECONDS = 4;

  private OutboundClient() {}

  /** A client that calls allowed destinations through a proxy, which looks names up. */
  static OkHttpClient build(Destinations destinations, EgressProxy proxy, boolean httpsOnly) {
    return build(new ProxiedDns(destinations), new GuardedSockets(destinations, proxy), httpsOnly);
  }

  /**
   * A client that calls allowed destinations; build it once, as each client has its own pool.
   *
   * @param resolver must time out by itself
   * @param httpsOnly whether to refuse calls without TLS, with an {@link
   *     java.net.UnknownServiceException}
   */
  static OkHttpClient build(Destinations destinations, Dns resolver, boolean httpsOnly) {
    return build(
        new GuardedDns(resolver, destinations), new GuardedSockets(destinations), httpsOnly);
  }

  /** The same client with a receiver's TLS settings and a separate connection pool. */
  static OkHttpClient with(ReceiverTls tls, OkHttpClient client) {
    HandshakeCertificates own = tls.handshake();
    return client
        .newBuilder()
        .connectionPool(pool())
        .sslSocketFactory(own.sslSocketFactory(), own.trustManager())
        .build();
  }

  private static ConnectionPool pool() {
    return new ConnectionPool(MAX_IDLE_CONNECTIONS, MAX_IDLE_SECONDS, TimeUnit.SECONDS);
  }

  private static OkHttpClient build(Dns names, GuardedSockets sockets, boolean httpsOnly) {
    return new OkHttpClient.Builder()
        // Where it connects. A pool shared with an unguarded client would bypass the guard.
        .dns(names)
        .socketFactory(sockets)
        .proxy(Proxy.NO_PROXY)
        .connectionPool(pool())
        .protocols(List.of(Protocol.HTTP_1_1))
        // TLS 1.2 and 1.3.
        .connectionSpecs(
            httpsOnly
                ? List.of(ConnectionSpec.MODERN_TLS)
                : List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT))
        // One address after another, on the caller's thread: the JDK puts IPv4 first.
        .fastFallback(false)
        // One request, one exchange.
        .addInterceptor(new SendOnce())
        .addNetworkInterceptor(new CheckConnection(sockets))
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .followSslRedirects(false)
        .authenticator(Authenticator.NONE)
        .proxyAuthenticator(Authenticator.NONE)
        .cookieJar(CookieJar.NO_COOKIES)
        .cache(null)
        // Timeouts. The call timeout bounds reading and writing, and each call sets its own.
        .connectTimeout(CONNECT_TIMEOUT)
        .callTimeout(CALL_TIMEOUT)
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .build();
  }
}
