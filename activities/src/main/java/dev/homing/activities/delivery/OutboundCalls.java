package dev.homing.activities.delivery;

import dev.homing.activities.destination.DestinationCheck;
import dev.homing.activities.destination.DestinationPolicy;
import java.net.UnknownHostException;
import okhttp3.Call;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * Makes calls to public addresses with one client, and to listed ones with another: neither uses a
 * connection of the other. Where there is an egress proxy, public addresses are called through it.
 */
public final class OutboundCalls implements Call.Factory {
  private final DestinationCheck check;
  private final OkHttpClient toPublicOnes;
  private final OkHttpClient toListedOnes;

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

  @Override
  public Call newCall(Request request) {
    return (isListed(request.url()) ? toListedOnes : toPublicOnes).newCall(request);
  }

  private boolean isListed(HttpUrl url) {
    try {
      return check.isListed(url);
    } catch (UnknownHostException unknown) {
      return false; // As the other client will find, and say.
    }
  }
}
