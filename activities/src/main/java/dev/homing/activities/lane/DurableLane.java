package dev.homing.activities.lane;

import static dev.homing.activities.lane.DeliveryClaims.run;
import static dev.homing.activities.lane.DeliveryClaims.scheduled;
import static java.util.Objects.requireNonNullElse;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.InternalFaults;
import dev.homing.activities.backlog.Backlog;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.event.Events;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.outbound.WebhookRequest;
import dev.homing.activities.pace.Pacing;
import dev.homing.activities.pace.Permit;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.delivery.LaterAttempts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the later attempts of deliveries, each called by its own workflow.
 *
 * <p>After a receiver's failure the next attempt waits as the schedule says. Internal faults are
 * never charged to the receiver: they are retried after a few seconds, and one that persists parks
 * the delivery.
 */
public final class DurableLane implements LaterAttempts {
  private static final Logger log = LoggerFactory.getLogger(DurableLane.class);

  /** How soon a held delivery is checked again if its run was not woken. */
  private static final Duration HELD_RECHECK = Duration.ofHours(1);

  /** Time of the activity that is reserved for all but the request itself. */
  private static final Duration ATTEMPT_OVERHEAD = Duration.ofSeconds(15);

  private final Events events;
  private final Receivers receivers;
  private final Deliveries deliveries;
  private final DeliveryClaims claims;
  private final ParkedDeliveries parked;
  private final AfterInternalFault afterFault;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final RecordedAttempts attempts;
  private final KnownStandings standings;
  private final Backlog backlog;
  private final Pacing pacing;
  private final FairTransactions transaction;

  public DurableLane(
      Events events,
      Receivers receivers,
      Deliveries deliveries,
      ParkedDeliveries parked,
      HttpSender sender,
      AttemptLog attemptLog,
      RecordedAttempts attempts,
      KnownStandings standings,
      Backlog backlog,
      Pacing pacing,
      FairTransactions transaction) {
    this.events = events;
    this.receivers = receivers;
    this.deliveries = deliveries;
    this.claims = new DeliveryClaims(deliveries, transaction);
    this.parked = parked;
    this.afterFault = new AfterInternalFault(parked);
    this.sender = sender;
    this.attemptLog = attemptLog;
    this.attempts = attempts;
    this.standings = standings;
    this.backlog = backlog;
    this.pacing = pacing;
    this.transaction = transaction;
  }

  @Override
  public void send(WaitingDelivery waiting, String originalRun) {
    ActivityInfo execution = Activity.getExecutionContext().getInfo();
    Optional<ApplicationFailure> failure = next(waiting, originalRun, execution).toFailure();
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  private NextStep next(WaitingDelivery waiting, String originalRun, ActivityInfo execution) {
    try {
      return claims
          .claim(waiting, execution, originalRun)
          .map(claimed -> handle(claimed, execution))
          .orElseGet(NextStep.Done::new);
    } catch (RuntimeException fault) {
      return afterFault.next(waiting, run(execution), fault);
    }
  }

  private NextStep handle(DeliveryClaims.Claimed claimed, ActivityInfo execution) {
    Delivery delivery = claimed.delivery();
    Delivery.Key key = delivery.key();
    Receiver receiver = receivers.find(key.tenant(), key.subscriptionId()).orElseThrow();
    // The attempt number went back to one in the same run: an operator reset the activity.
    boolean resetByOperator = !claimed.first() && execution.getAttempt() == 1;
    if (!resetByOperator && !claimed.isDue()) {
      return delivery.state() == State.HELD ? parked(delivery) : retryWhenDue(delivery, receiver);
    }
    // A person may probe a receiver in trouble, and does not wait for its pace.
    boolean requested = resetByOperator || (delivery.round() > 1 && delivery.roundAttempts() == 0);
    return switch (receiver.status()) {
      case ACTIVE ->
          !requested && leftToDrain(delivery, receiver)
              ? new NextStep.Done()
              : attempt(delivery, receiver, execution, requested);
      case PAUSED -> hold(delivery, run(execution), receiver);
      case GONE, OPTED_OUT, FAILING, DELETED ->
          cancel(key, run(execution), Reason.ofEnd(receiver.status()));
      case UNREADABLE -> park(delivery, run(execution), receiver);
    };
  }

  /** Whether the delivery waits in the backlog now, as its receiver is in trouble. */
  private boolean leftToDrain(Delivery delivery, Receiver receiver) {
    Delivery.Key key = delivery.key();
    return standings.isExclusive(key.tenant(), key.subscriptionId())
        && transaction.get(() -> backlog.add(delivery, receiver));
  }

  private NextStep cancel(Delivery.Key key, String run, Reason reason) {
    deliveries.cancelRun(key.id(), run, reason);
    return new NextStep.Done();
  }

  private NextStep attempt(
      Delivery delivery, Receiver receiver, ActivityInfo execution, boolean requested) {
    Delivery.Key key = delivery.key();
    Events.Event event = events.find(key.tenant(), key.eventId()).orElse(null);
    byte[] payload = events.payload(key.tenant(), key.eventId()).orElse(null);
    if (event == null || payload == null) {
      return expired(key, run(execution));
    }
    Duration timeout =
        min(receiver.timeout(), execution.getStartToCloseTimeout().minus(ATTEMPT_OVERHEAD));
    Attempt attempt;
    try (Permit permit =
        requested ? pacing.insist(key.tenant(), receiver) : pacing.ask(key.tenant(), receiver)) {
      if (!permit.isGranted()) {
        return leaveOverPace(delivery, receiver);
      }
      attempt =
          sender.send(
              WebhookRequest.to(
                      receiver,
                      delivery.attemptCount() + 1,
                      event.id(),
                      event.contentType(),
                      payload,
                      event.hops())
                  .within(timeout));
    }
    var context =
        AttemptContext.ofRun(key, delivery.round(), run(execution), receiver)
            .withKey(event.orderingKey());
    return conclude(attemptLog.record(context, attempt), receiver, execution);
  }

  /** Leaves a delivery to the drain, which sends as fast as the pace allows. */
  private NextStep leaveOverPace(Delivery delivery, Receiver receiver) {
    standings.overPace(delivery.key().subscription());
    var unused = transaction.get(() -> backlog.add(delivery, receiver));
    return new NextStep.Done(); // If it was not added, a later run has it in hand.
  }

  private NextStep conclude(Delivery after, Receiver receiver, ActivityInfo execution) {
    // No run: a round was opened meanwhile, its run has not come yet, and this one continues.
    if (after.runId() != null && !run(execution).equals(after.runId())) {
      return new NextStep.Done(); // A later run has it in hand.
    }
    return switch (after.state()) {
      case DELIVERED, CANCELLED -> new NextStep.Done();
      case FAILED -> NextStep.failed(after.reason(), lastAttempt(after, receiver));
      case PENDING, RETRYING -> retryWhenDue(after, receiver);
      case HELD -> after.nextAttemptAt() == null ? held() : parked(after);
    };
  }

  @Override
  public void recordCancelled(WaitingDelivery waiting) {
    ActivityInfo execution = Activity.getExecutionContext().getInfo();
    deliveries.cancelCancelledRun(
        waiting.tenant(), waiting.id(), run(execution), scheduled(execution), waiting.round());
  }

  private NextStep retryWhenDue(Delivery delivery, Receiver receiver) {
    return retryAfter(untilDue(delivery), delivery, receiver);
  }

  private NextStep retryAfter(Duration delay, Delivery delivery, Receiver receiver) {
    return new NextStep.Wait("waiting", lastAttempt(delivery, receiver), delay);
  }

  private NextStep hold(Delivery delivery, String run, Receiver receiver) {
    boolean held = transaction.get(() -> deliveries.holdIfPaused(delivery.key(), run));
    return held ? held() : retryAfter(NextStep.MIN_WAIT, delivery, receiver);
  }

  private static NextStep held() {
    return NextStep.held("its subscription is paused", HELD_RECHECK);
  }

  private NextStep parked(Delivery delivery) {
    return NextStep.held(String.valueOf(Reason.wordOf(delivery.reason())), untilDue(delivery));
  }

  /** The shortest wait if it has changed meanwhile: the next execution sees how. */
  private Duration untilDue(Delivery delivery) {
    return requireNonNullElse(deliveries.untilDue(delivery), NextStep.MIN_WAIT);
  }

  private NextStep park(Delivery delivery, String run, Receiver receiver) {
    DeliveryId id = delivery.key().id();
    parked.park(delivery.key().tenant(), id, run, Reason.UNREADABLE, InternalFaults.PARKED_RECHECK);
    log.error("{} is parked: {} cannot be read: {}", id, receiver.id(), receiver.fault());
    return NextStep.held(
        "its subscription cannot be read: " + receiver.fault(), InternalFaults.PARKED_RECHECK);
  }

  /** Ends a delivery whose round was opened after the payload had expired. */
  private NextStep expired(Delivery.Key key, String run) {
    deliveries.failRun(key.id(), run, Reason.PAYLOAD_EXPIRED);
    return new NextStep.Over("its payload has expired");
  }

  private String lastAttempt(Delivery delivery, Receiver receiver) {
    return attempts
        .last(delivery.key().tenant(), delivery.key().id())
        .map(
            last ->
                "attempt %d of %d: %s"
                    .formatted(
                        delivery.roundAttempts(),
                        receiver.schedule().maxAttempts(),
                        last.summary()))
        .orElse("not attempted yet");
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
