package dev.homing.activities.outbound;

import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.subscription.CustomHeaders;
import dev.homing.activities.subscription.ReceiverTls;
import dev.homing.workflows.EventId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Webhooks to send in tests. */
final class SampleWebhooks {
  static final SigningSecret SECRET = SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  static final EventId EVENT = new EventId(UUID.fromString("01890a5d-ac96-774b-bcce-b302099a8057"));

  private SampleWebhooks() {}

  static WebhookRequest to(HttpUrl url) {
    return to(url, Duration.ofSeconds(10));
  }

  static WebhookRequest to(HttpUrl url, Duration timeout) {
    return to(url, ReceiverTls.USUAL, timeout);
  }

  static WebhookRequest to(HttpUrl url, ReceiverTls tls) {
    return to(url, tls, Duration.ofSeconds(10));
  }

  private static WebhookRequest to(HttpUrl url, ReceiverTls tls, Duration timeout) {
    byte[] payload = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    return new WebhookRequest(
        url,
        EVENT,
        1,
        "application/json",
        payload,
        tls,
        CustomHeaders.NONE,
        List.of(SECRET),
        timeout,
        0);
  }

  static WebhookRequest with(HttpUrl url, @Nullable String contentType, byte[] payload) {
    return new WebhookRequest(
        url,
        EVENT,
        3,
        contentType,
        payload,
        ReceiverTls.USUAL,
        CustomHeaders.NONE,
        List.of(SECRET),
        Duration.ofSeconds(10),
        0);
  }

  static WebhookRequest with(HttpUrl url, byte[] payload, Duration timeout) {
    return new WebhookRequest(
        url,
        EVENT,
        1,
        null,
        payload,
        ReceiverTls.USUAL,
        CustomHeaders.NONE,
        List.of(SECRET),
        timeout,
        0);
  }
}
