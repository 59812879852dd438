package dev.homing.activities.outbound;

import dev.homing.activities.subscription.ReceiverTls;
import java.io.IOException;
import java.time.Instant;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** Puts a webhook into HTTP, with the headers of Standard Webhooks 1.0.0. */
final class SignedRequest {
  private SignedRequest() {}

  /**
   * @param now signed along, in whole seconds: receivers reject what is older than five minutes
   * @throws IllegalArgumentException if the content type, or a header of its own, does not fit
   */
  static Request of(WebhookRequest webhook, Instant now, String userAgent) {
    String id = webhook.eventId().toString();
    long timestamp = now.getEpochSecond();
    String signature = Signatures.sign(webhook.secrets(), id, timestamp, webhook.payload());
    Request.Builder request =
        new Request.Builder().url(webhook.url()).post(new Payload(webhook.payload()));
    if (!webhook.tls().equals(ReceiverTls.USUAL)) {
      request.tag(ReceiverTls.class, webhook.tls());
    }
    webhook.headers().byName().forEach(request::header);
    request
        .header("user-agent", userAgent)
        .header("accept-encoding", "identity") // OkHttp would inflate without a limit.
        .header("webhook-id", id)
        .header("webhook-timestamp", Long.toString(timestamp))
        .header("webhook-signature", signature)
        .header("webhook-attempt", Integer.toString(webhook.attempt()));
    if (webhook.hops() > 0) {
      request.header(HttpSender.HOPS, Integer.toString(webhook.hops()));
    }
    String contentType = webhook.contentType();
    return contentType == null
        ? request.build()
        : request.header("content-type", contentType).build();
  }

  /** One shot, so that OkHttp never sends it again by itself, as it does at a 503. */
  private static final class Payload extends RequestBody {
    private final byte[] bytes;

    Payload(byte[] bytes) {
      this.bytes = bytes;
    }

    /** Null: OkHttp would rewrite it; the header is set as it was given. */
    @Override
    public @Nullable MediaType contentType() {
      return null;
    }

    @Override
    public long contentLength() {
      return bytes.length;
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(bytes);
    }
  }
}
