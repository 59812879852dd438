package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.delivery.Attempts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes the attempts of deliveries that wait, each in its own workflow.
 *
 * <p>The receiver's failures wait as the schedule says; ours wait a few seconds and are never
 * charged to the receiver.
 */
public final class DurableLane implements Attempts {
  /** A held delivery looks again, should nobody wake it. */
  private static final Duration HELD_LOOKS_AGAIN = Duration.ofHours(1);

  /** Sooner is now: Temporal's timers are not finer. */
  private static final Duration NOW = Duration.ofMillis(100);

  /** What an attempt needs besides the request itself, of the time the activity has. */
  private static final Duration AROUND_THE_REQUEST = Duration.ofSeconds(15);

  private final Events events;
  private final Receivers receivers;
  private final Deliveries deliveries;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final TransactionTemplate transaction;

  public DurableLane(
      Events events,
      Receivers receivers,
      Deliveries deliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      TransactionTemplate transaction) {
    this.events = events;
    this.receivers = receivers;
    this.deliveries = deliveries;
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
      throw ours(ours);
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
    boolean reset = !run.equals(originalRun);
    Delivery passed =
        reset ? deliveries.passToReset(run, delivery) : deliveries.passTo(run, delivery);
    return Optional.of(new Taken(passed, true));
  }

  private void proceed(Taken taken, ActivityInfo execution) {
    Delivery delivery = taken.delivery();
    Delivery.Key key = delivery.key();
    Receiver receiver = receivers.find(key.tenant(), key.subscriptionId()).orElseThrow();
    // Counted from one again in the same run: somebody reset the activity and wants it now.
    boolean wanted = !taken.first() && execution.getAttempt() == 1;
    if (!wanted && deliveries.untilDue(delivery).compareTo(NOW) > 0) {
      throw waits(delivery, receiver);
    }
    switch (receiver.standing()) {
      case ACTIVE -> attempt(delivery, receiver, execution);
      case PAUSED -> throw held(delivery);
      case GONE -> cancel(key, "gone");
      case DELETED -> cancel(key, "subscription_deleted");
      case UNREADABLE -> throw new IllegalStateException("its secret cannot be opened");
    }
  }

  private void attempt(Delivery delivery, Receiver receiver, ActivityInfo execution) {
    Delivery.Key key = delivery.key();
    Events.Event event = events.find(key.tenant(), key.eventId()).orElse(null);
    byte[] payload = events.payload(key.tenant(), key.eventId()).orElse(null);
    if (event == null || payload == null) {
      throw expired(key);
    }
    Attempt attempt =
        sender.send(
            new WebhookRequest(
                receiver.url(),
                event.id(),
                delivery.attemptCount() + 1,
                event.contentType(),
                payload,
                receiver.secrets(),
                shorter(
                    receiver.timeout(),
                    execution.getStartToCloseTimeout().minus(AROUND_THE_REQUEST))));
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
      case HELD -> throw held(after);
    }
  }

  @Override
  public void recordCancelled(WaitingDelivery waiting) {
    cancel(
        new Delivery.Key(
            waiting.tenant(), waiting.eventId(), waiting.eventType(), waiting.subscriptionId()),
        "cancelled");
  }

  private void cancel(Delivery.Key key, String reason) {
    transaction.executeWithoutResult(_ -> deliveries.cancel(key, reason));
  }

  private ApplicationFailure waits(Delivery delivery, Receiver receiver) {
    return retry(lastAttempt(delivery, receiver), "waiting", deliveries.untilDue(delivery));
  }

  private ApplicationFailure held(Delivery delivery) {
    transaction.executeWithoutResult(_ -> deliveries.hold(delivery.key(), "paused"));
    return retry("held: its subscription is paused", "held", HELD_LOOKS_AGAIN);
  }

  private ApplicationFailure failed(Delivery delivery, Receiver receiver) {
    return failed("schedule over: " + lastAttempt(delivery, receiver));
  }

  /** What is kept no longer cannot be sent: a round was opened too late. */
  private ApplicationFailure expired(Delivery.Key key) {
    transaction.executeWithoutResult(_ -> deliveries.fail(key, "payload_expired"));
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

  private static ApplicationFailure ours(RuntimeException cause) {
    Duration soon = Duration.ofMillis(ThreadLocalRandom.current().nextLong(1_000, 10_000));
    return ApplicationFailure.newBuilder()
        .setMessage("our own fault, not charged to the receiver: " + cause)
        .setType("own_fault")
        .setCause(cause)
        .setNextRetryDelay(soon)
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

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
