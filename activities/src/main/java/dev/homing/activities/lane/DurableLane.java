package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.InternalFaults;
import dev.homing.activities.delivery.ParkedDeliveries;
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
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes the attempts of deliveries that wait, each in its own workflow.
 *
 * <p>The receiver's failures wait as the schedule says. Ours are never charged to the receiver:
 * they wait a few seconds, and what does not pass parks the delivery.
 */
public final class DurableLane implements LaterAttempts {
  private static final Logger log = LoggerFactory.getLogger(DurableLane.class);

  /** A held delivery looks again, should nobody wake it. */
  private static final Duration HELD_LOOKS_AGAIN = Duration.ofHours(1);

  /** Sooner is now: Temporal's timers are not finer. */
  private static final Duration NOW = Duration.ofMillis(100);

  /** What an attempt needs besides the request itself, of the time the activity has. */
  private static final Duration AROUND_THE_REQUEST = Duration.ofSeconds(15);

  private final Events events;
  private final Receivers receivers;
  private final Deliveries deliveries;
  private final ParkedDeliveries parkedDeliveries;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final TransactionTemplate transaction;

  public DurableLane(
      Events events,
      Receivers receivers,
      Deliveries deliveries,
      ParkedDeliveries parkedDeliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      TransactionTemplate transaction) {
    this.events = events;
    this.receivers = receivers;
    this.deliveries = deliveries;
    this.parkedDeliveries = parkedDeliveries;
    this.sender = sender;
    this.attemptLog = attemptLog;
    this.transaction = transaction;
  }

  @Override
  public void send(WaitingDelivery waiting, String originalRun) {
    ActivityInfo execution = Activity.getExecutionContext().getInfo();
    try {
      take(waiting, execution, originalRun).ifPresent(taken -> proceed(taken, execution));
    } catch (ApplicationFailure said) {
      throw said;
    } catch (RuntimeException ours) {
      throw notCharged(waiting, run(execution), ours);
    }
  }

  /**
   * A delivery that is not over, in the hand of the calling run.
   *
   * @param first whether the run has only just got it
   */
  private record Taken(Delivery delivery, boolean first) {}

  /** Empty when there is nothing to do for this run. */
  private Optional<Taken> take(
      WaitingDelivery waiting, ActivityInfo execution, String originalRun) {
    return requireNonNull(
        transaction.execute(
            _ ->
                deliveries
                    .lock(waiting.tenant(), waiting.id())
                    .flatMap(delivery -> take(delivery, execution, originalRun))
                    .filter(taken -> !taken.delivery().state().isOver())));
  }

  private Optional<Taken> take(Delivery delivery, ActivityInfo execution, String originalRun) {
    String run = run(execution);
    if (run.equals(delivery.runId())) {
      return Optional.of(new Taken(delivery, false));
    }
    if (delivery.runId() != null && execution.getAttempt() > 1) {
      return Optional.empty(); // A later run has it in hand.
    }
    Optional<Delivery> passed =
        run.equals(originalRun)
            ? deliveries.passTo(run, scheduled(execution), delivery)
            : deliveries.passToReset(run, scheduled(execution), delivery);
    return passed.map(mine -> new Taken(mine, true));
  }

  private void proceed(Taken taken, ActivityInfo execution) {
    Delivery delivery = taken.delivery();
    Delivery.Key key = delivery.key();
    Receiver receiver = receivers.find(key.tenant(), key.subscriptionId()).orElseThrow();
    // Counted from one again in the same run: somebody reset the activity and wants it now.
    boolean wanted = !taken.first() && execution.getAttempt() == 1;
    if (!wanted && deliveries.untilDue(delivery).compareTo(NOW) > 0) {
      throw delivery.state() == State.HELD ? parked(delivery) : waits(delivery, receiver);
    }
    switch (receiver.standing()) {
      case ACTIVE -> attempt(delivery, receiver, execution);
      case PAUSED -> throw hold(delivery, run(execution), receiver);
      case GONE -> deliveries.cancelRun(key.id(), run(execution), "gone");
      case DELETED -> deliveries.cancelRun(key.id(), run(execution), "subscription_deleted");
      case UNREADABLE -> throw park(delivery, run(execution), receiver);
    }
  }

  private void attempt(Delivery delivery, Receiver receiver, ActivityInfo execution) {
    Delivery.Key key = delivery.key();
    Events.Event event = events.find(key.tenant(), key.eventId()).orElse(null);
    byte[] payload = events.payload(key.tenant(), key.eventId()).orElse(null);
    if (event == null || payload == null) {
      throw expired(key, run(execution));
    }
    Attempt attempt =
        sender.send(
            new WebhookRequest(
                receiver.url(),
                event.id(),
                delivery.attemptCount() + 1,
                event.contentType(),
                payload,
                receiver.tls(),
                receiver.headers(),
                receiver.secrets(),
                shorter(
                    receiver.timeout(),
                    execution.getStartToCloseTimeout().minus(AROUND_THE_REQUEST)),
                event.hops()));
    var tried = new AttemptLog.Try(key, delivery.round(), run(execution), receiver);
    conclude(attemptLog.record(tried, attempt), receiver, execution);
  }

  private void conclude(Delivery after, Receiver receiver, ActivityInfo execution) {
    // A run that is null has not come yet: somebody opened a round meanwhile, and this one goes on.
    if (after.runId() != null && !run(execution).equals(after.runId())) {
      return; // A later run has it in hand.
    }
    switch (after.state()) {
      case DELIVERED, CANCELLED -> {}
      case FAILED -> throw failed(after, receiver);
      case PENDING, RETRYING -> throw waits(after, receiver);
      case HELD -> throw after.nextAttemptAt() == null ? held() : parked(after);
    }
  }

  @Override
  public void recordCancelled(WaitingDelivery waiting) {
    ActivityInfo execution = Activity.getExecutionContext().getInfo();
    deliveries.cancelCancelledRun(
        waiting.tenant(), waiting.id(), run(execution), scheduled(execution), waiting.round());
  }

  private ApplicationFailure waits(Delivery delivery, Receiver receiver) {
    return retry(lastAttempt(delivery, receiver), "waiting", deliveries.untilDue(delivery));
  }

  /** Unless it was enabled meanwhile. */
  private ApplicationFailure hold(Delivery delivery, String run, Receiver receiver) {
    Delivery.Key key = delivery.key();
    boolean paused =
        requireNonNull(
            transaction.execute(
                _ -> {
                  boolean still = deliveries.isPaused(key.tenant(), key.subscriptionId());
                  if (still) {
                    deliveries.hold(key, run);
                  }
                  return still;
                }));
    return paused ? held() : retry(lastAttempt(delivery, receiver), "waiting", NOW);
  }

  private static ApplicationFailure held() {
    return retry("held: its subscription is paused", "held", HELD_LOOKS_AGAIN);
  }

  private ApplicationFailure parked(Delivery delivery) {
    return retry("held: " + delivery.reason(), "held", deliveries.untilDue(delivery));
  }

  private ApplicationFailure park(Delivery delivery, String run, Receiver receiver) {
    DeliveryId id = delivery.key().id();
    parkedDeliveries.park(
        delivery.key().tenant(), id, run, InternalFaults.UNREADABLE, InternalFaults.PARKED);
    log.error("{} is parked: {} cannot be read: {}", id, receiver.id(), receiver.fault());
    return retry(
        "held: its subscription cannot be read: " + receiver.fault(),
        "held",
        InternalFaults.PARKED);
  }

  private ApplicationFailure failed(Delivery delivery, Receiver receiver) {
    return failed("schedule over: " + lastAttempt(delivery, receiver));
  }

  /** What is kept no longer cannot be sent: a round was opened too late. */
  private ApplicationFailure expired(Delivery.Key key, String run) {
    deliveries.failRun(key.id(), run, "payload_expired");
    return failed("its payload is kept no longer");
  }

  private static ApplicationFailure failed(String message) {
    return withoutTrace(
        ApplicationFailure.newBuilder()
            .setMessage(message)
            .setType("failed")
            .setCategory(ApplicationErrorCategory.BENIGN)
            .setNonRetryable(true));
  }

  private ApplicationFailure notCharged(
      WaitingDelivery waiting, String run, RuntimeException ours) {
    try {
      return switch (ours) {
        case EgressDownException cutOff -> putOff(waiting, run, cutOff);
        case RuntimeException _ when InternalFaults.passes(ours) -> soon(ours);
        case RuntimeException _ -> soonOrParked(waiting, run, ours);
      };
    } catch (RuntimeException alsoOurs) {
      ours.addSuppressed(alsoOurs);
      return soon(ours);
    }
  }

  private ApplicationFailure putOff(
      WaitingDelivery waiting, String run, EgressDownException cutOff) {
    Duration soon = InternalFaults.soon();
    parkedDeliveries.postpone(waiting.tenant(), waiting.id(), run, soon);
    return retry("not charged to the receiver: " + cutOff.getMessage(), "egress_down", soon);
  }

  /** What comes again with the delivery is logged a few times, and then once at each look. */
  private ApplicationFailure soonOrParked(
      WaitingDelivery waiting, String run, RuntimeException ours) {
    if (parkedDeliveries.countFault(waiting.tenant(), waiting.id(), run)
        < InternalFaults.QUICK_RETRIES) {
      return soon(ours);
    }
    parkedDeliveries.park(
        waiting.tenant(), waiting.id(), run, InternalFaults.OUR_FAULT, InternalFaults.PARKED);
    log.error("{} is parked: we cannot handle it", waiting.id(), ours);
    return retry("held: our own fault: " + ours, "held", InternalFaults.PARKED);
  }

  private static ApplicationFailure soon(RuntimeException cause) {
    return ApplicationFailure.newBuilder()
        .setMessage("our own fault, not charged to the receiver: " + cause)
        .setType("own_fault")
        .setCause(cause)
        .setNextRetryDelay(InternalFaults.soon())
        .build();
  }

  private static ApplicationFailure retry(String message, String type, Duration delay) {
    return withoutTrace(
        ApplicationFailure.newBuilder()
            .setMessage(message)
            .setType(type)
            .setCategory(ApplicationErrorCategory.BENIGN)
            .setNextRetryDelay(longer(delay, NOW))); // Zero would end the retries.
  }

  /** People read the message; where in our code it was made tells them nothing. */
  private static ApplicationFailure withoutTrace(ApplicationFailure.Builder failure) {
    ApplicationFailure built = failure.build();
    built.setStackTrace(new StackTraceElement[0]);
    return built;
  }

  private String lastAttempt(Delivery delivery, Receiver receiver) {
    return attemptLog
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

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
