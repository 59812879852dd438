package dev.homing.activities.outbound;

import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.CustomHeaders;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.ReceiverTls;
import dev.homing.workflows.EventId;
import java.time.Duration;
import java.util.List;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The request of one attempt.
 *
 * <p>The payload is sent byte for byte and not copied, so callers must not change it. Equality
 * compares the array, not its contents.
 *
 * @param attempt number of the attempt, from 1; a hint for the receiver, as attempts may overlap
 * @param contentType sent unchanged; null sends no {@code content-type}
 * @param tls settings for {@code https://}
 * @param headers custom headers of the subscription
 * @param secrets newest first; more than one during the grace period of a rotation
 * @param timeout of the whole call, from the first byte sent to the last byte received
 * @param hops number of Homing deliveries through which the event came here; 0 sends no {@code
 *     homing-hops}
 */
@SuppressWarnings("ArrayRecordComponent")
public record WebhookRequest(
    HttpUrl url,
    EventId eventId,
    int attempt,
    @Nullable String contentType,
    byte[] payload,
    ReceiverTls tls,
    CustomHeaders headers,
    List<SigningSecret> secrets,
    Duration timeout,
    int hops) {

  /** As this receiver is to be called: with its headers, secrets, TLS and timeout. */
  public static WebhookRequest to(
      Receiver receiver,
      int attempt,
      EventId eventId,
      @Nullable String contentType,
      byte[] payload,
      int hops) {
    return new WebhookRequest(
        receiver.url(),
        eventId,
        attempt,
        contentType,
        payload,
        receiver.tls(),
        receiver.headers(),
        receiver.secrets(),
        receiver.timeout(),
        hops);
  }

  /** The same with another timeout. */
  public WebhookRequest within(Duration otherTimeout) {
    return new WebhookRequest(
        url, eventId, attempt, contentType, payload, tls, headers, secrets, otherTimeout, hops);
  }

  public WebhookRequest {
    secrets = List.copyOf(secrets);
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("A webhook needs at least one secret.");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("The timeout of a call must be more than zero.");
    }
  }

  /**
   * Leaves out payload, secrets and headers, and the URL's path and query, which may hold tokens.
   */
  @Override
  public String toString() {
    return "WebhookRequest[%s, attempt %s, to %s]".formatted(eventId, attempt, url.host());
  }
}
