package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;
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
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
  private final ParkedDeliveries parked;
  private final AfterInternalFault afterFault;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final RecordedAttempts attempts;
  private final KnownStandings standings;
  private final Backlog backlog;
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
      FairTransactions transaction) {
    this.events = events;
    this.receivers = receivers;
    this.deliveries = deliveries;
    this.parked = parked;
    this.afterFault = new AfterInternalFault(parked);
    this.sender = sender;
    this.attemptLog = attemptLog;
    this.attempts = attempts;
    this.standings = standings;
    this.backlog = backlog;
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
    } catch (RuntimeException fault) {
      return afterFault.next(waiting, run(execution), fault);
    }
  }

  /**
   * A delivery that is not over and that the calling run has in hand.
   *
   * @param first whether the run has only just taken it
   * @param untilDue time until it was due when it was claimed; null: it was paused
   */
  private record Claimed(Delivery delivery, boolean first, @Nullable Duration untilDue) {
    boolean isDue() {
      return untilDue == null || untilDue.compareTo(NextStep.MIN_WAIT) <= 0;
    }
  }

  /** Takes the delivery for the calling run; empty if there is nothing for it to do. */
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
      return Optional.of(claimed(delivery, false));
    }
    if (delivery.runId() != null && execution.getAttempt() > 1) {
      return Optional.empty(); // A later run has it in hand.
    }
    if (delivery.backlogged() && run.equals(originalRun)) {
      return Optional.empty(); // Its subscription's drain has it in hand.
    }
    Optional<Delivery> assigned =
        run.equals(originalRun)
            ? deliveries.assignTo(run, scheduled(execution), delivery)
            : deliveries.assignToReset(run, scheduled(execution), delivery);
    return assigned.map(taken -> claimed(taken, true));
  }

  /** Reads the time under the row's lock: a delivery that is cancelled later is not due. */
  private Claimed claimed(Delivery delivery, boolean first) {
    return new Claimed(delivery, first, deliveries.untilDue(delivery));
  }

  private NextStep handle(Claimed claimed, ActivityInfo execution) {
    Delivery delivery = claimed.delivery();
    Delivery.Key key = delivery.key();
    Receiver receiver = receivers.find(key.tenant(), key.subscriptionId()).orElseThrow();
    // The attempt number went back to one in the same run: an operator reset the activity.
    boolean resetByOperator = !claimed.first() && execution.getAttempt() == 1;
    if (!resetByOperator && !claimed.isDue()) {
      return delivery.state() == State.HELD ? parked(delivery) : retryWhenDue(delivery, receiver);
    }
    // A person may probe a receiver in trouble.
    boolean requested = resetByOperator || (delivery.round() > 1 && delivery.roundAttempts() == 0);
    return switch (receiver.status()) {
      case ACTIVE ->
          !requested && leftToDrain(delivery, receiver)
              ? new NextStep.Done()
              : attempt(delivery, receiver, execution);
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

  private NextStep attempt(Delivery delivery, Receiver receiver, ActivityInfo execution) {
    Delivery.Key key = delivery.key();
    Events.Event event = events.find(key.tenant(), key.eventId()).orElse(null);
    byte[] payload = events.payload(key.tenant(), key.eventId()).orElse(null);
    if (event == null || payload == null) {
      return expired(key, run(execution));
    }
    Duration timeout =
        min(receiver.timeout(), execution.getStartToCloseTimeout().minus(ATTEMPT_OVERHEAD));
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
    var context =
        AttemptContext.ofRun(key, delivery.round(), run(execution), receiver)
            .withKey(event.orderingKey());
    return conclude(attemptLog.record(context, attempt), receiver, execution);
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

  private static String run(ActivityInfo execution) {
    return requireNonNull(execution.getWorkflowRunId(), "the activity runs outside of a workflow");
  }

  /** When the activity was scheduled, by Temporal's clock. */
  private static Instant scheduled(ActivityInfo execution) {
    return Instant.ofEpochMilli(execution.getScheduledTimestamp());
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
