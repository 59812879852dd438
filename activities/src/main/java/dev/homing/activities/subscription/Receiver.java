package dev.homing.activities.subscription;

import dev.homing.activities.secret.SigningSecret;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.delivery.RetrySchedule;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as a sender needs it, read again for each later attempt.
 *
 * @param tls settings for {@code https://}
 * @param headers custom headers
 * @param secrets each of them signs; empty if the subscription is unreadable
 * @param noRetryStatuses such an answer fails a delivery at once
 * @param pace how much it may be sent
 * @param tenantPace how much all receivers of its tenant together may be sent
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
    Set<Integer> noRetryStatuses,
    Duration timeout,
    Pace pace,
    Pace tenantPace,
    @Nullable Order order,
    Status status,
    @Nullable String fault) {
  /** A placeholder for an unreadable URL, with a name that never exists (RFC 6761). */
  static final HttpUrl NOWHERE = HttpUrl.get("http://unreadable.invalid/");

  /** Whether a delivery is retried after this outcome, as long as its schedule goes on. */
  public boolean retries(Outcome outcome) {
    Integer status = outcome.status();
    return status == null || !noRetryStatuses.contains(status);
  }

  /** Whether its pace, or its tenant's, is limited. */
  public boolean isPaced() {
    return !(pace.isNone() && tenantPace.isNone());
  }

  /**
   * The longest time from now until the last attempt of a delivery.
   *
   * @param order how the delivery is ordered; null: not at all
   * @param attempts those already made in the round
   */
  public Duration timeLeft(@Nullable Order order, int attempts) {
    return order == null ? schedule.timeLeftAfter(attempts) : order.timeLeft(schedule, attempts);
  }

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
    /** Its receiver asked for no more events. */
    OPTED_OUT,
    /** Its receiver has done nothing but fail for too long. */
    FAILING,
    DELETED,
    /** The stored URL, headers, secret or schedule are unreadable: a fault of ours. */
    UNREADABLE
  }
}
