package dev.homing.activities.subscription;

import dev.homing.activities.secret.SigningSecret;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.util.List;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as a sender needs it: read anew for each later attempt.
 *
 * @param tls for {@code https://}
 * @param headers beside our own
 * @param secrets each signs; none if it cannot be read
 * @param fault of ours, for people: why it cannot be read; null if it can
 */
public record Receiver(
    SubscriptionId id,
    HttpUrl url,
    ReceiverTls tls,
    CustomHeaders headers,
    List<SigningSecret> secrets,
    RetrySchedule schedule,
    Duration timeout,
    Standing standing,
    @Nullable String fault) {
  /** Stands for a URL that cannot be read; the name is one that never exists (RFC 6761). */
  static final HttpUrl NOWHERE = HttpUrl.get("http://unreadable.invalid/");

  /** Whether it may be sent to. */
  public enum Standing {
    ACTIVE,
    /** Its owner holds what waits. */
    PAUSED,
    /** Its receiver answered 410. */
    GONE,
    DELETED,
    /** Its URL, headers, secret or schedule cannot be read as it is stored: a fault of ours. */
    UNREADABLE
  }
}
