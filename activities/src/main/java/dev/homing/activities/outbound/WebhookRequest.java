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
 * What one attempt sends, and to whom.
 *
 * <p>The payload is not copied and not changed: its bytes are the bytes that go, and whoever made
 * this must leave them alone. Equality is that of the array, not of its contents.
 *
 * @param attempt numbered from 1; a hint for the receiver, as attempts may overlap
 * @param contentType sent as it is; null sends no {@code content-type}
 * @param tls for {@code https://}
 * @param headers beside our own
 * @param secrets one, or several while a rotation's grace period lasts; the newest first
 * @param timeout of the whole call, from the first byte out to the last byte in
 * @param hops by how many deliveries of Homing its event came here; 0 sends no {@code homing-hops}
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
      throw new IllegalArgumentException("A webhook is signed with at least one secret.");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("The timeout of a call is more than zero.");
    }
  }

  /**
   * Neither payload nor secrets nor headers, nor path and query of the URL, which may hold tokens.
   */
  @Override
  public String toString() {
    return "WebhookRequest[%s, attempt %s, to %s]".formatted(eventId, attempt, url.host());
  }
}
