package dev.homing.activities.delivery;

import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The delivery of one event to one subscription, as the ledger stores it.
 *
 * @param reason why it is in its state; null where the state says everything
 * @param round the current pass through the retry schedule, from 1
 * @param roundAttempts attempts in this round
 * @param attemptCount attempts in all rounds
 * @param nextAttemptAt when it is attempted again or, if parked, checked again; null: not by itself
 * @param runId the workflow run that has it in hand; null: none
 * @param backlogged whether its subscription's drain has it in hand, while it waits
 * @param endedRunId the last run that was told to end, which may not take the delivery again; null:
 *     none
 * @param turnSince since when it has its turn among deliveries with its ordering key, or since its
 *     round was requested; null: since its event was accepted
 */
public record Delivery(
    Key key,
    State state,
    @Nullable Reason reason,
    int round,
    int roundAttempts,
    int attemptCount,
    @Nullable Instant nextAttemptAt,
    @Nullable String runId,
    boolean backlogged,
    @Nullable String endedRunId,
    @Nullable Instant turnSince,
    Instant updatedAt) {

  /** When its event was accepted. */
  public Instant createdAt() {
    return key.eventId().acceptedAt();
  }

  /** The event and the subscription of a delivery. */
  public record Key(
      Tenant tenant, EventId eventId, String eventType, SubscriptionId subscriptionId) {
    public DeliveryId id() {
      return DeliveryId.of(eventId, subscriptionId);
    }

    public SubscriptionKey subscription() {
      return new SubscriptionKey(tenant, subscriptionId);
    }
  }

  /** The state of a delivery. */
  public enum State {
    /** No result yet, so it has no row. */
    PENDING,
    RETRYING,
    /**
     * Its subscription is paused, it is parked because of an internal fault, or it waits in order.
     */
    HELD,
    DELIVERED,
    /** Its retry schedule is exhausted. */
    FAILED,
    CANCELLED;

    /** Whether no further attempts are made unless a retry is requested. */
    public boolean isOver() {
      return switch (this) {
        case PENDING, RETRYING, HELD -> false;
        case DELIVERED, FAILED, CANCELLED -> true;
      };
    }

    /** The word that is stored, logged and shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static State of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /** Why a delivery is held, failed or cancelled. */
  public enum Reason {
    /** Held: its subscription is paused. */
    PAUSED,
    /** Held: its receiver cannot be read as it is stored. */
    UNREADABLE,
    /** Held: an internal fault recurs with it. */
    OUR_FAULT,
    /** Held: it waits until those before it with its ordering key are over. */
    IN_ORDER,
    /** Failed: its last attempt failed. */
    SCHEDULE_OVER,
    /** Failed: its subscription does not retry the status of the last answer. */
    NOT_RETRIED,
    /** Failed: others with its ordering key no longer wait for it. */
    ORDER_SKIPPED,
    /** Failed: a round was opened after its payload had expired. */
    PAYLOAD_EXPIRED,
    /** Cancelled through the API or Temporal. */
    CANCELLED,
    /** Cancelled: its workflow was terminated. */
    TERMINATED,
    /** Cancelled: its receiver answered 410. */
    GONE,
    /** Cancelled: its receiver asked for no more events. */
    OPTED_OUT,
    /** Cancelled: its receiver has done nothing but fail for too long. */
    FAILING,
    /** Cancelled: its receiver asked for no further attempts of this delivery. */
    ABORTED,
    /** Cancelled: its subscription was deleted. */
    SUBSCRIPTION_DELETED;

    /** The word that is stored, logged and shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Reason of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** Why deliveries to a subscription that has ended are cancelled. */
    public static Reason ofEnd(Receiver.Status ended) {
      return switch (ended) {
        case GONE -> GONE;
        case OPTED_OUT -> OPTED_OUT;
        case FAILING -> FAILING;
        case DELETED -> SUBSCRIPTION_DELETED;
        case ACTIVE, PAUSED, UNREADABLE ->
            throw new IllegalArgumentException(ended + " has not ended");
      };
    }

    /** The word of a reason; null for none. */
    public static @Nullable String wordOf(@Nullable Reason reason) {
      return reason == null ? null : reason.word();
    }
  }

  /** This delivery with one more attempt, which counts in its own round. */
  Delivery attempted(int inRound) {
    int counted = roundAttempts + (inRound == round ? 1 : 0);
    return new Delivery(
        key,
        state,
        reason,
        round,
        counted,
        attemptCount + 1,
        nextAttemptAt,
        runId,
        backlogged,
        endedRunId,
        turnSince,
        updatedAt);
  }

  /** This delivery in another state, with nothing due. */
  Delivery in(State other, @Nullable Reason why) {
    return new Delivery(
        key,
        other,
        why,
        round,
        roundAttempts,
        attemptCount,
        null,
        runId,
        backlogged,
        endedRunId,
        turnSince,
        updatedAt);
  }

  /** This delivery in the hands of its subscription's drain. */
  Delivery inBacklog() {
    return new Delivery(
        key,
        state,
        reason,
        round,
        roundAttempts,
        attemptCount,
        nextAttemptAt,
        null,
        true,
        endedRunId,
        turnSince,
        updatedAt);
  }

  /** A delivery that has no row yet. */
  public static Delivery pending(Key key) {
    return new Delivery(
        key,
        State.PENDING,
        null,
        1,
        0,
        0,
        null,
        null,
        false,
        null,
        null,
        key.eventId().acceptedAt());
  }
}
