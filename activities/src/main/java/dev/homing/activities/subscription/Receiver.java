package dev.homing.activities.subscription;

import dev.homing.activities.secret.SigningSecret;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.util.List;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as a sender needs it, read again for each later attempt.
 *
 * @param tls settings for {@code https://}
 * @param headers custom headers
 * @param secrets each of them signs; empty if the subscription is unreadable
 * @param order how it orders deliveries with an ordering key; null: not at all
 * @param fault why the subscription is unreadable, to show to operators; null if it is readable
 */
public record Receiver(
    SubscriptionId id,
    HttpUrl url,
    ReceiverTls tls,
    CustomHeaders headers,
    List<SigningSecret> secrets,
    RetrySchedule schedule,
    Duration timeout,
    @Nullable Order order,
    Status status,
    @Nullable String fault) {
  /** A placeholder for an unreadable URL, with a name that never exists (RFC 6761). */
  static final HttpUrl NOWHERE = HttpUrl.get("http://unreadable.invalid/");

  /** How it orders the deliveries of an event; null: not at all. */
  public @Nullable Order orderOf(@Nullable String orderingKey) {
    return orderingKey == null ? null : order;
  }

  /** Whether webhooks may be sent to the subscription. */
  public enum Status {
    ACTIVE,
    /** Paused by its owner: waiting deliveries are held. */
    PAUSED,
    /** Its receiver answered 410. */
    GONE,
    DELETED,
    /** The stored URL, headers, secret or schedule are unreadable: a fault of ours. */
    UNREADABLE
  }
}
