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
 * Makes calls to public addresses with one client, and to listed ones with another: neither uses a
 * connection of the other. Where there is an egress proxy, public addresses are called through it.
 * Who has TLS of their own has a client of their own, for a while.
 */
public final class OutboundCalls implements Call.Factory {
  private static final Duration KEPT = Duration.ofMinutes(1);
  private static final int MOST = 200;

  private final DestinationCheck check;
  private final OkHttpClient toPublicOnes;
  private final OkHttpClient toListedOnes;
  private final Cache<OwnTls, OkHttpClient> withOwnTls =
      Caffeine.newBuilder().expireAfterAccess(KEPT).maximumSize(MOST).build();

  /**
   * The calls that a policy allows.
   *
   * @param resolver answers in time, or not at all
   */
  public OutboundCalls(DestinationPolicy policy, Dns resolver) {
    boolean httpsOnly = policy.isHttpsOnly();
    this.check = new DestinationCheck(policy, resolver);
    this.toPublicOnes =
        policy
            .proxy()
            .map(proxy -> OutboundClient.build(policy.publicOnes(), proxy, httpsOnly))
            .orElseGet(() -> OutboundClient.build(policy.publicOnes(), resolver, httpsOnly));
    this.toListedOnes = OutboundClient.build(policy.listedOnes(), resolver, httpsOnly);
  }

  /** A request that is tagged with a {@link ReceiverTls} gets that. */
  @Override
  public Call newCall(Request request) {
    boolean listed = isListed(request.url());
    OkHttpClient usual = listed ? toListedOnes : toPublicOnes;
    ReceiverTls tls = request.tag(ReceiverTls.class);
    OkHttpClient client =
        tls == null
            ? usual
            : withOwnTls.get(new OwnTls(listed, tls), _ -> OutboundClient.with(tls, usual));
    return client.newCall(request);
  }

  private record OwnTls(boolean listed, ReceiverTls tls) {}

  private boolean isListed(HttpUrl url) {
    try {
      return check.isListed(url);
    } catch (UnknownHostException unknown) {
      return false; // As the other client will find, and say.
    }
  }
}
