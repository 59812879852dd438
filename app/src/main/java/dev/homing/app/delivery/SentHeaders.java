package dev.homing.app.delivery;

import dev.homing.activities.event.Events;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.subscription.Terms;
import java.util.Map;
import java.util.TreeMap;

/** The headers that Homing sets in the request of an attempt. */
final class SentHeaders {
  /** Stands for what is secret, or is not kept. */
  static final String MASKED = "•••";

  private SentHeaders() {}

  /**
   * Those of one attempt, but for those of any HTTP request.
   *
   * @param terms of the subscription, whose own headers are among them
   * @param timestamp in seconds, as it is signed
   * @param signature what to show for it
   * @param secret what to show for the value of a secret header
   */
  static Map<String, String> of(
      Events.Event event,
      Terms terms,
      int attempt,
      String timestamp,
      String signature,
      String secret) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(terms.headers());
    terms.secretHeaders().keySet().forEach(name -> headers.put(name, secret));
    headers.put("content-type", event.contentType());
    headers.put("webhook-id", event.id().toString());
    headers.put("webhook-timestamp", timestamp);
    headers.put("webhook-signature", signature);
    headers.put("webhook-attempt", Integer.toString(attempt));
    if (event.hops() > 0) {
      headers.put(HttpSender.HOPS, Integer.toString(event.hops()));
    }
    return headers;
  }
}
