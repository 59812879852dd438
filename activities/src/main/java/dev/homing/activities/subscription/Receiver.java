package dev.homing.activities.subscription;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.util.List;
import okhttp3.HttpUrl;

/**
 * A subscription as a sender needs it: read anew for each attempt.
 *
 * @param secrets each signs; none if {@link Standing#UNREADABLE}
 */
public record Receiver(
    SubscriptionId id,
    HttpUrl url,
    List<SigningSecret> secrets,
    RetrySchedule schedule,
    Duration timeout,
    Standing standing) {

  /** Whether it may be sent to. */
  public enum Standing {
    ACTIVE,
    /** Its owner holds what waits. */
    PAUSED,
    /** Its receiver answered 410. */
    GONE,
    DELETED,
    /** Its secret is sealed with a key that is not configured: a fault of ours. */
    UNREADABLE
  }
}
