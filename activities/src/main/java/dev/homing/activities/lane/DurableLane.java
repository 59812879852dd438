package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.InternalFaults;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.event.Events;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.EgressDownException;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.outbound.WebhookRequest;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.delivery.LaterAttempts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the attempts of deliveries that wait, each in its own workflow.
 *
 * <p>The receiver's failures wait as the schedule says. Ours are never charged to the receiver:
 * they wait a few seconds, and what does not pass parks the delivery.
 */
public final class DurableLane implements LaterAttempts {
  private static final Logger log = LoggerFactory.getLogger(DurableLane.class);

  /** After so long a held delivery is looked at again, if its run was not woken. */
  private static final Duration HELD_LOOKS_AGAIN = Duration.ofHours(1);

  /** Waits shorter than this are none: Temporal's timers are not finer. */
  private static final Duration NOW = Duration.ofMillis(100);

  /** What an attempt needs besides the request itself, of the time the activity has. */
  private static final Duration AROUND_THE_REQUEST = Duration.ofSeconds(15);

  private final Events events;
  private final Receivers receivers;
  private final Deliveries deliveries;
  private final ParkedDeliveries parked;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final RecordedAttempts attempts;
  private final FairTransactions transaction;

  public DurableLane(
      Events events,
      Receivers receivers,
      Deliveries deliveries,
      ParkedDeliveries parked,
      HttpSender sender,
      AttemptLog attemptLog,
      RecordedAttempts attempts,
      FairTransactions transaction) {
    this.events = events;
    this.receivers = receivers;
    this.deliveries = deliveries;
    this.parked = parked;
    this.sender = sender;
    this.attemptLog = attemptLog;
    this.attempts = attempts;
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
      return claim(waiting, execution, originalRun)
          .map(claimed -> handle(claimed, execution))
          .orElseGet(NextStep.Done::new);
    } catch (RuntimeException ours) {
      return notCharged(waiting, run(execution), ours);
    }
  }

  /**
   * A delivery that is not over, in the hand of the calling run.
   *
   * @param first whether the run has only just got it
   */
  private record Claimed(Delivery delivery, boolean first) {}

  /** Empty when there is nothing to do for this run. */
  private Optional<Claimed> claim(
      WaitingDelivery waiting, ActivityInfo execution, String originalRun) {
    return transaction.get(
        () ->
            deliveries
                .lock(waiting.tenant(), waiting.id())
                .flatMap(delivery -> claim(delivery, execution, originalRun))
                .filter(claimed -> !claimed.delivery().state().isOver()));
  }

  private Optional<Claimed> claim(Delivery delivery, ActivityInfo execution, String originalRun) {
    String run = run(execution);
    if (run.equals(delivery.runId())) {
      return Optional.of(new Claimed(delivery, false));
    }
    if (delivery.runId() != null && execution.getAttempt() > 1) {
      return Optional.empty(); // A later run has it in hand.
    }
    Optional<Delivery> assigned =
        run.equals(originalRun)
            ? deliveries.assignTo(run, scheduled(execution), delivery)
            : deliveries.assignToReset(run, scheduled(execution), delivery);
    return assigned.map(mine -> new Claimed(mine, true));
  }

  private NextStep handle(Claimed claimed, ActivityInfo execution) {
    Delivery delivery = claimed.delivery();
    Delivery.Key key = delivery.key();
    Receiver receiver = receivers.find(key.tenant(), key.subscriptionId()).orElseThrow();
    // Counted from one again in the same run: an operator reset the activity.
    boolean resetByOperator = !claimed.first() && execution.getAttempt() == 1;
    if (!resetByOperator && deliveries.untilDue(delivery).compareTo(NOW) > 0) {
      return delivery.state() == State.HELD ? parked(delivery) : waits(delivery, receiver);
    }
    return switch (receiver.standing()) {
      case ACTIVE -> attempt(delivery, receiver, execution);
      case PAUSED -> hold(delivery, run(execution), receiver);
      case GONE -> cancel(key, run(execution), Reason.GONE);
      case DELETED -> cancel(key, run(execution), Reason.SUBSCRIPTION_DELETED);
      case UNREADABLE -> park(delivery, run(execution), receiver);
    };
  }

  private NextStep cancel(Delivery.Key key, String run, Reason reason) {
    deliveries.cancelRun(key.id(), run, reason);
    return new NextStep.Done();
  }

  private NextStep attempt(Delivery delivery, Receiver receiver, ActivityInfo execution) {
    Delivery.Key key = delivery.key();
    Events.Event event = events.find(key.tenant(), key.eventId()).orElse(null);
    byte[] payload = events.payload(key.tenant(), key.eventId()).orElse(null);
    if (event == null || payload == null) {
      return expired(key, run(execution));
    }
    Duration timeout =
        shorter(receiver.timeout(), execution.getStartToCloseTimeout().minus(AROUND_THE_REQUEST));
    Attempt attempt =
        sender.send(
            WebhookRequest.to(
                    receiver,
                    delivery.attemptCount() + 1,
                    event.id(),
                    event.contentType(),
                    payload,
                    event.hops())
                .within(timeout));
    var context = new AttemptContext(key, delivery.round(), run(execution), receiver);
    return conclude(attemptLog.record(context, attempt), receiver, execution);
  }

  private NextStep conclude(Delivery after, Receiver receiver, ActivityInfo execution) {
    // A run that is null has not come yet: a round was opened meanwhile, and this run goes on.
    if (after.runId() != null && !run(execution).equals(after.runId())) {
      return new NextStep.Done(); // A later run has it in hand.
    }
    return switch (after.state()) {
      case DELIVERED, CANCELLED -> new NextStep.Done();
      case FAILED -> new NextStep.Over("schedule over: " + lastAttempt(after, receiver));
      case PENDING, RETRYING -> waits(after, receiver);
      case HELD -> after.nextAttemptAt() == null ? held() : parked(after);
    };
  }

  @Override
  public void recordCancelled(WaitingDelivery waiting) {
    ActivityInfo execution = Activity.getExecutionContext().getInfo();
    deliveries.cancelCancelledRun(
        waiting.tenant(), waiting.id(), run(execution), scheduled(execution), waiting.round());
  }

  private NextStep waits(Delivery delivery, Receiver receiver) {
    return waits(delivery, receiver, deliveries.untilDue(delivery));
  }

  private NextStep waits(Delivery delivery, Receiver receiver, Duration delay) {
    return new NextStep.Wait("waiting", lastAttempt(delivery, receiver), atLeastNow(delay));
  }

  private NextStep hold(Delivery delivery, String run, Receiver receiver) {
    boolean held = transaction.get(() -> deliveries.holdIfPaused(delivery.key(), run));
    return held ? held() : waits(delivery, receiver, NOW);
  }

  private static NextStep held() {
    return held("its subscription is paused", HELD_LOOKS_AGAIN);
  }

  private NextStep parked(Delivery delivery) {
    return held(String.valueOf(Reason.wordOf(delivery.reason())), deliveries.untilDue(delivery));
  }

  private static NextStep held(String why, Duration delay) {
    return new NextStep.Wait("held", "held: " + why, atLeastNow(delay));
  }

  private NextStep park(Delivery delivery, String run, Receiver receiver) {
    DeliveryId id = delivery.key().id();
    parked.park(delivery.key().tenant(), id, run, Reason.UNREADABLE, InternalFaults.PARKED);
    log.error("{} is parked: {} cannot be read: {}", id, receiver.id(), receiver.fault());
    return held("its subscription cannot be read: " + receiver.fault(), InternalFaults.PARKED);
  }

  /** A round was opened after the payload had expired. */
  private NextStep expired(Delivery.Key key, String run) {
    deliveries.failRun(key.id(), run, Reason.PAYLOAD_EXPIRED);
    return new NextStep.Over("its payload is kept no longer");
  }

  private NextStep notCharged(WaitingDelivery waiting, String run, RuntimeException ours) {
    try {
      return switch (ours) {
        case EgressDownException cutOff -> postpone(waiting, run, cutOff);
        case RuntimeException _ when InternalFaults.isTransient(ours) -> soon(ours);
        case RuntimeException _ -> soonOrParked(waiting, run, ours);
      };
    } catch (RuntimeException alsoOurs) {
      ours.addSuppressed(alsoOurs);
      return soon(ours);
    }
  }

  private NextStep postpone(WaitingDelivery waiting, String run, EgressDownException cutOff) {
    Duration delay = InternalFaults.shortDelay();
    parked.postpone(waiting.tenant(), waiting.id(), run, delay);
    return new NextStep.Wait(
        "egress_down", "not charged to the receiver: " + cutOff.getMessage(), delay);
  }

  /** A fault that comes again with the delivery is logged a few times, then once at each look. */
  private NextStep soonOrParked(WaitingDelivery waiting, String run, RuntimeException ours) {
    if (parked.countFault(waiting.tenant(), waiting.id(), run) < InternalFaults.QUICK_RETRIES) {
      return soon(ours);
    }
    parked.park(waiting.tenant(), waiting.id(), run, Reason.OUR_FAULT, InternalFaults.PARKED);
    log.error("{} is parked: we cannot handle it", waiting.id(), ours);
    return held("our own fault: " + ours, InternalFaults.PARKED);
  }

  private static NextStep soon(RuntimeException cause) {
    return new NextStep.InternalFault(cause, InternalFaults.shortDelay());
  }

  private String lastAttempt(Delivery delivery, Receiver receiver) {
    return attempts
        .last(delivery.key().tenant(), delivery.key().id())
        .map(
            last ->
                "attempt %d of %d: %s"
                    .formatted(
                        delivery.roundAttempts(), receiver.schedule().maxAttempts(), last.words()))
        .orElse("not attempted yet");
  }

  private static String run(ActivityInfo execution) {
    return requireNonNull(execution.getWorkflowRunId(), "always part of a workflow");
  }

  /** By Temporal's clock. */
  private static Instant scheduled(ActivityInfo execution) {
    return Instant.ofEpochMilli(execution.getScheduledTimestamp());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Zero would end the retries. */
  private static Duration atLeastNow(Duration delay) {
    return delay.compareTo(NOW) > 0 ? delay : NOW;
  }
}
