package dev.homing.activities.backlog;

import dev.homing.activities.InternalFaults;
import dev.homing.activities.backlog.Backlog.Due;
import dev.homing.activities.backlog.Drain.Sent;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.EgressDownException;
import dev.homing.activities.outbound.WebhookRequest;
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

  private final DrainParts parts;
  private final SubscriptionKey subscription;
  private final SendingLimits.Share share;

  /** The receiver wants no more events. */
  private volatile boolean ended;

  DrainAttempt(DrainParts parts, SubscriptionKey subscription) {
    this.parts = parts;
    this.subscription = subscription;
    this.share = parts.limits().share(new Tenant(subscription.tenant()), SLOT_TIMEOUT);
  }

  /** Waits for a seat; null if no further attempt may begin. */
  @Nullable Seat awaitSeat(Supplier<Duration> untilRenewal, BooleanSupplier mayContinue)
      throws InterruptedException {
    while (!ended && mayContinue.getAsBoolean()) {
      Seat seat = share.acquireSeat(new SubscriptionId(subscription.id()), untilRenewal.get());
      if (seat != null) {
        return seat;
      }
    }
    return null;
  }

  /**
   * Makes an attempt, unless its receiver hangs or the drain stops meanwhile.
   *
   * @throws RuntimeException an internal fault that is not of this delivery alone
   */
  Sent make(Receiver receiver, Due due, Seat seat, BooleanSupplier mayContinue) {
    try (seat) {
      Slot slot = seat.acquireSlot(receiver.id());
      if (slot == null) {
        if (parts.limits().hangs(receiver.id())) {
          parts.standings().open(subscription, Standing.Reason.HANGS, null);
        }
        return Sent.NONE;
      }
      try {
        return send(receiver, due, slot, mayContinue);
      } finally {
        slot.release();
      }
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
    }
  }

  private Sent send(Receiver receiver, Due due, Slot slot, BooleanSupplier mayContinue) {
    byte[] payload = parts.events().payload(due.key().tenant(), due.key().eventId()).orElse(null);
    if (payload == null || due.contentType() == null) {
      parts.backlog().expire(due.key());
      return Sent.NONE;
    }
    if (ended || !mayContinue.getAsBoolean()) {
      return Sent.NONE;
    }
    Attempt attempt =
        parts
            .sender()
            .send(
                WebhookRequest.to(
                    receiver,
                    due.attemptCount() + 1,
                    due.key().eventId(),
                    due.contentType(),
                    payload,
                    due.hops()));
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
    return Availability.isUnavailable(attempt.outcome()) ? new Sent(0, 1) : new Sent(1, 0);
  }
}
