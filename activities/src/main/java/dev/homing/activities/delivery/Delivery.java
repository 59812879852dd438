package dev.homing.activities.delivery;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way to one subscription, as the ledger has it.
 *
 * @param reason why it is in its state; null where that says it all
 * @param round the attempts from one start of the schedule, from 1
 * @param roundAttempts how many there were in this round
 * @param attemptCount how many there were in all
 * @param nextAttemptAt when it is attempted again or, parked, looked at again; null: not by itself
 * @param runId the workflow run that has it in hand; null if none has
 * @param endedRunId the last run that was told to end, and takes the delivery no more; null: none
 *     was
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
    @Nullable String endedRunId,
    Instant updatedAt) {

  /** The time of its event. */
  public Instant createdAt() {
    return key.eventId().acceptedAt();
  }

  /** What a delivery is of, and to whom. */
  public record Key(
      Tenant tenant, EventId eventId, String eventType, SubscriptionId subscriptionId) {
    public DeliveryId id() {
      return DeliveryId.of(eventId, subscriptionId);
    }
  }

  /** Where a delivery stands. */
  public enum State {
    /** No result yet: has no row. */
    PENDING,
    RETRYING,
    /** Its subscription is paused, or a fault of ours keeps it back: then it is parked. */
    HELD,
    DELIVERED,
    /** Its schedule is over. */
    FAILED,
    CANCELLED;

    /** Whether nothing happens any more unless somebody asks for it. */
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
    /** Held: a fault of ours comes again with it. */
    OUR_FAULT,
    /** Failed: its last attempt failed. */
    SCHEDULE_OVER,
    /** Failed: a round was opened after its payload had expired. */
    PAYLOAD_EXPIRED,
    /** Cancelled through the API or Temporal. */
    CANCELLED,
    /** Cancelled: its workflow was terminated. */
    TERMINATED,
    /** Cancelled: its receiver answered 410. */
    GONE,
    /** Cancelled: its subscription was deleted. */
    SUBSCRIPTION_DELETED;

    /** The word that is stored, logged and shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Reason of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** The word of a reason; null: of none. */
    public static @Nullable String wordOf(@Nullable Reason reason) {
      return reason == null ? null : reason.word();
    }
  }

  /** With one attempt more, which counts in the round it was made in. */
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
        endedRunId,
        updatedAt);
  }

  /** In another state, with nothing due. */
  Delivery in(State other, @Nullable Reason why) {
    return new Delivery(
        key, other, why, round, roundAttempts, attemptCount, null, runId, endedRunId, updatedAt);
  }

  /** One that has no row yet. */
  public static Delivery pending(Key key) {
    return new Delivery(
        key, State.PENDING, null, 1, 0, 0, null, null, null, key.eventId().acceptedAt());
  }
}
