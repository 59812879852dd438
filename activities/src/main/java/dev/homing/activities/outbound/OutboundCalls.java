package dev.homing.activities.outbound;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.destination.DestinationPolicy;
import dev.homing.activities.subscription.ReceiverTls;
import java.net.UnknownHostException;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * Makes calls with separate clients, which share no connections.
 *
 * <p>One client calls public addresses, through the egress proxy if there is one. Another calls
 * listed addresses. A receiver with TLS settings of its own gets a client of its own, cached for a
 * minute after its last use.
 */
public final class OutboundCalls implements Call.Factory {
  private static final Duration CLIENT_TTL = Duration.ofMinutes(1);
  private static final int MAX_CLIENTS = 200;

  private final DestinationCheck check;
  private final OkHttpClient publicClient;
  private final OkHttpClient listedClient;
  private final Cache<OwnTls, OkHttpClient> withOwnTls =
      Caffeine.newBuilder().expireAfterAccess(CLIENT_TTL).maximumSize(MAX_CLIENTS).build();

  /**
   * Makes only calls that the policy allows.
   *
   * @param resolver must time out by itself
   */
  public OutboundCalls(DestinationPolicy policy, Dns resolver) {
    boolean httpsOnly = policy.isHttpsOnly();
    this.check = new DestinationCheck(policy, resolver);
    this.publicClient =
        policy
            .proxy()
            .map(proxy -> OutboundClient.build(policy.publicAddresses(), proxy, httpsOnly))
            .orElseGet(() -> OutboundClient.build(policy.publicAddresses(), resolver, httpsOnly));
    this.listedClient = OutboundClient.build(policy.listedAddresses(), resolver, httpsOnly);
  }

  /** A {@link ReceiverTls} as tag of the request sets its TLS. */
  @Override
  public Call newCall(Request request) {
    boolean listed = isListed(request.url());
    OkHttpClient base = listed ? listedClient : publicClient;
    ReceiverTls tls = request.tag(ReceiverTls.class);
    OkHttpClient client =
        tls == null
            ? base
            : withOwnTls.get(new OwnTls(listed, tls), _ -> OutboundClient.with(tls, base));
    return client.newCall(request);
  }

  private record OwnTls(boolean listed, ReceiverTls tls) {}

  private boolean isListed(HttpUrl url) {
    try {
      return check.isListed(url);
    } catch (UnknownHostException unknown) {
      return false; // The client for public addresses will report it.
    }
  }
}
