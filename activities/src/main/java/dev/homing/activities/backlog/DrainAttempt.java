package dev.homing.activities.backlog;

import dev.homing.activities.InternalFaults;
import dev.homing.activities.backlog.Backlog.Due;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.EgressDownException;
import dev.homing.activities.outbound.WebhookRequest;
import dev.homing.activities.pace.Permit;
import dev.homing.activities.slots.SendingLimits;
import dev.homing.activities.slots.SendingLimits.Seat;
import dev.homing.activities.slots.SendingLimits.Slot;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the attempts of one portion, within the limits that hold for all of this node. */
final class DrainAttempt {
  private static final Logger log = LoggerFactory.getLogger(DrainAttempt.class);
  private static final Duration SLOT_TIMEOUT = Duration.ofSeconds(30);

  /** How soon to look again when all slots of a receiver are taken and none is answered. */
  private static final Duration SLOT_POLL = Duration.ofSeconds(1);

  /** A fast pace is asked no more often than this. */
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(2);

  private final DrainParts parts;
  private final SubscriptionKey subscription;
  private final SendingLimits.Share share;

  /** The receiver wants no more events. */
  private volatile boolean ended;

  /** The pace of the receiver allows no further request for a while. */
  private volatile boolean overPace;

  DrainAttempt(DrainParts parts, SubscriptionKey subscription) {
    this.parts = parts;
    this.subscription = subscription;
    this.share = parts.limits().share(new Tenant(subscription.tenant()), SLOT_TIMEOUT);
  }

  /** Waits for a seat; null if no further attempt may begin. */
  @Nullable Seat awaitSeat(Supplier<Duration> untilRenewal, BooleanSupplier mayContinue)
      throws InterruptedException {
    while (!ended && !overPace && mayContinue.getAsBoolean()) {
      Seat seat = share.acquireSeat(new SubscriptionId(subscription.id()), untilRenewal.get());
      if (seat != null) {
        return seat;
      }
    }
    return null;
  }

  /**
   * Makes an attempt, unless its receiver hangs, its pace does not allow one soon, or the drain
   * stops meanwhile.
   *
   * @param begun runs once the request begins, or will not be made
   * @throws RuntimeException an internal fault that is not of this delivery alone
   */
  Sent make(Receiver receiver, Due due, Seat seat, BooleanSupplier mayContinue, Runnable begun) {
    try (seat) {
      return makeInTime(receiver, due, seat, mayContinue, begun);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Sent.NONE;
    } catch (RuntimeException fault) {
      if (fault instanceof EgressDownException || InternalFaults.isTransient(fault)) {
        throw fault;
      }
      log.error("{} leaves the backlog after an internal fault", due.key().id(), fault);
      parts.backlog().leaveToWorkflow(due.key());
      return Sent.NONE;
    } finally {
      begun.run();
    }
  }

  /** Holds no slot while it waits for the pace: others use it meanwhile. */
  private Sent makeInTime(
      Receiver receiver, Due due, Seat seat, BooleanSupplier mayContinue, Runnable begun)
      throws InterruptedException {
    byte[] payload = null;
    while (!ended && mayContinue.getAsBoolean()) {
      Slot slot = seat.acquireSlot(receiver.id(), receiver.pace().maxInFlight());
      if (slot == null) {
        return withoutSlot(receiver);
      }
      Duration wait;
      try {
        payload = payload == null ? payload(due) : payload;
        if (payload == null || due.contentType() == null) {
          parts.backlog().expire(due.key());
          return Sent.NONE;
        }
        if (ended || !mayContinue.getAsBoolean()) {
          return Sent.NONE;
        }
        Permit permit = parts.pacing().ask(due.key().tenant(), receiver);
        if (permit.isGranted()) {
          begun.run();
          return send(receiver, due, due.contentType(), payload, slot, permit);
        }
        slot.notSent();
        wait = permit.untilNext();
      } finally {
        slot.release();
      }
      parts.standings().overPace(subscription);
      if (wait.compareTo(Drain.LONGEST_STAY) > 0) {
        return overPace(wait);
      }
      Thread.sleep(wait.compareTo(SHORTEST_WAIT) > 0 ? wait : SHORTEST_WAIT);
    }
    return Sent.NONE;
  }

  private byte @Nullable [] payload(Due due) {
    return parts.events().payload(due.key().tenant(), due.key().eventId()).orElse(null);
  }

  private Sent withoutSlot(Receiver receiver) {
    if (receiver.pace().maxInFlight() != null) {
      parts.standings().overPace(subscription);
      return overPace(SLOT_POLL);
    }
    if (parts.limits().hangs(receiver.id())) {
      parts.standings().open(subscription, Standing.Reason.HANGS, null);
    }
    return Sent.NONE;
  }

  private Sent overPace(Duration wait) {
    overPace = true;
    return new Sent(0, 0, wait);
  }

  private Sent send(
      Receiver receiver, Due due, String contentType, byte[] payload, Slot slot, Permit permit) {
    Attempt attempt;
    try (permit) {
      attempt =
          parts
              .sender()
              .send(
                  WebhookRequest.to(
                      receiver,
                      due.attemptCount() + 1,
                      due.key().eventId(),
                      contentType,
                      payload,
                      due.hops()));
    }
    if (attempt.outcome() instanceof Outcome.Delivered) {
      slot.delivered();
    }
    if (attempt.disables() != null) {
      ended = true;
    }
    var unused =
        parts
            .attemptLog()
            .recordDrained(
                AttemptContext.drained(due.key(), due.round(), receiver).withKey(due.orderingKey()),
                attempt);
    return Availability.isUnavailable(attempt.outcome()) ? Sent.UNANSWERED : Sent.ANSWERED;
  }
}
