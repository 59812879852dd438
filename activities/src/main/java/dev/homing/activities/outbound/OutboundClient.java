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

/** The one place where an HTTP client is built: guarded, bounded, and without a will of its own. */
final class OutboundClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  /** As many as first attempts use at once by default: fewer would be opened anew under load. */
  private static final int KEPT_CONNECTIONS = 512;

  /** Shorter than the five seconds after which many a server hangs up. */
  private static final int KEPT_SECONDS = 4;

  private OutboundClient() {}

  /** A client that goes through a proxy to what is allowed, which looks names up. */
  static OkHttpClient build(Destinations destinations, EgressProxy proxy, boolean httpsOnly) {
    return build(new ProxiedDns(destinations), new GuardedSockets(destinations, proxy), httpsOnly);
  }

  /**
   * A client that reaches what is allowed; make one, as another has another pool.
   *
   * @param resolver answers in time, or not at all
   * @param httpsOnly whether it refuses to call without TLS, with an {@link
   *     java.net.UnknownServiceException}
   */
  static OkHttpClient build(Destinations destinations, Dns resolver, boolean httpsOnly) {
    return build(
        new GuardedDns(resolver, destinations), new GuardedSockets(destinations), httpsOnly);
  }

  /** The same with TLS as a receiver wants it, and with connections that no other client uses. */
  static OkHttpClient with(ReceiverTls tls, OkHttpClient client) {
    HandshakeCertificates own = tls.handshake();
    return client
        .newBuilder()
        .connectionPool(pool())
        .sslSocketFactory(own.sslSocketFactory(), own.trustManager())
        .build();
  }

  private static ConnectionPool pool() {
    return new ConnectionPool(KEPT_CONNECTIONS, KEPT_SECONDS, TimeUnit.SECONDS);
  }

  private static OkHttpClient build(Dns names, GuardedSockets sockets, boolean httpsOnly) {
    return new OkHttpClient.Builder()
        // Where it goes. A pool shared with an unguarded client would go around the guard.
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
        // One address after the other, on the caller's thread: the JDK puts IPv4 first.
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
        // How long. The call's timeout bounds reading and writing, and each call sets its own.
        .connectTimeout(CONNECT_TIMEOUT)
        .callTimeout(CALL_TIMEOUT)
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .build();
  }
}
