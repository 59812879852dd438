package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.subscription.GoneReceivers;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes down each attempt: its row and what it makes of the delivery in one commit, then one line.
 *
 * <p>Two attempts of a delivery may overlap, so what an attempt means is decided under the row's
 * lock: a 2xx delivers, whenever it comes; anything else counts only in its own round and run, and
 * only while the delivery is not over.
 */
public final class AttemptLog {
  private static final Logger log = LoggerFactory.getLogger("homing.attempts");

  private final Deliveries deliveries;
  private final GoneReceivers goneReceivers;
  private final RecordedAttempts attempts;
  private final TransactionTemplate transaction;
  private final MeterRegistry metrics;
  private final DoubleSupplier random;

  /** {@code random} gives values from 0 to 1, for jitter. */
  public AttemptLog(
      Deliveries deliveries,
      GoneReceivers goneReceivers,
      JdbcClient jdbc,
      TransactionTemplate transaction,
      MeterRegistry metrics,
      DoubleSupplier random) {
    this.deliveries = deliveries;
    this.goneReceivers = goneReceivers;
    this.attempts = new RecordedAttempts(jdbc);
    this.transaction = transaction;
    this.metrics = metrics;
    this.random = random;
  }

  /**
   * For whom an attempt was made.
   *
   * @param round the delivery's when the attempt began
   * @param runId the workflow run that made it; null: the express lane
   */
  record Try(Delivery.Key key, int round, @Nullable String runId, Receiver receiver) {}

  /**
   * Records an attempt, once, and returns what it made of the delivery.
   *
   * <p>A 410 switches the subscription off first: should this node die before the rest, nothing is
   * sent there any more, and what waits is cancelled when somebody looks at it.
   */
  Delivery record(Try tried, Attempt attempt) {
    boolean gone = attempt.outcome() instanceof Outcome.Gone;
    if (gone) {
      goneReceivers.switchOff(tried.key().tenant(), tried.key().subscriptionId());
    }
    Delivery after = requireNonNull(transaction.execute(_ -> write(tried, attempt)));
    if (gone) {
      deliveries.cancelWaiting(tried.key().tenant(), tried.key().subscriptionId(), "gone");
    }
    count(tried, attempt);
    say(tried, attempt, after);
    return after;
  }

  private Delivery write(Try tried, Attempt attempt) {
    Delivery before = deliveries.lock(tried.key());
    if (attempts.have(before.key(), attempt)) {
      return before;
    }
    attempts.add(before, tried.round(), attempt);
    boolean current =
        tried.round() == before.round() && Objects.equals(tried.runId(), before.runId());
    Delivery counted = before.attempted(tried.round());
    return switch (attempt.outcome()) {
      case Outcome.Delivered _ -> end(counted, State.DELIVERED, null);
      case Outcome.Gone _ when changes(before, current) -> end(counted, State.CANCELLED, "gone");
      case Outcome.Refused(_, var retryAfter) when changes(before, current) ->
          waitOrFail(counted, tried, retryAfter);
      case Outcome.Unanswered _ when changes(before, current) -> waitOrFail(counted, tried, null);
      case Outcome.Gone _, Outcome.Refused _, Outcome.Unanswered _ -> keepState(before, counted);
    };
  }

  private static boolean changes(Delivery before, boolean current) {
    return current && !before.state().isOver();
  }

  private Delivery waitOrFail(Delivery counted, Try tried, @Nullable Duration retryAfter) {
    var schedule = tried.receiver().schedule();
    if (counted.roundAttempts() >= schedule.maxAttempts()) {
      return end(counted, State.FAILED, "schedule_over");
    }
    Duration wait = schedule.waitAfter(counted.roundAttempts(), retryAfter, random.getAsDouble());
    return store(counted.in(State.RETRYING, null), wait);
  }

  private Delivery end(Delivery counted, State state, @Nullable String reason) {
    return store(counted.in(state, reason), null);
  }

  /** An attempt of another time: it is counted, and what waits goes on waiting. */
  private Delivery keepState(Delivery before, Delivery counted) {
    Duration left = before.nextAttemptAt() == null ? null : deliveries.untilDue(before);
    return store(counted, left);
  }

  private Delivery store(Delivery delivery, @Nullable Duration wait) {
    deliveries.update(delivery, wait);
    return deliveries.find(delivery.key().tenant(), delivery.key().id()).orElseThrow();
  }

  private void count(Try tried, Attempt attempt) {
    Timer.builder("homing.attempts")
        .description("Attempts and how long they took")
        .tag("outcome", attempt.outcome().word())
        .tag("lane", tried.runId() == null ? "express" : "durable")
        .register(metrics)
        .record(attempt.took());
    if (attempt.outcome() instanceof Outcome.Delivered) {
      Timer.builder("homing.delivery.age")
          .description("From accepting an event to a receiver's 2xx")
          .publishPercentileHistogram()
          .minimumExpectedValue(Duration.ofMillis(1))
          .maximumExpectedValue(Duration.ofDays(4))
          .register(metrics)
          .record(
              Duration.between(
                  tried.key().eventId().acceptedAt(), attempt.startedAt().plus(attempt.took())));
    }
  }

  private static void say(Try tried, Attempt attempt, Delivery after) {
    Delivery.Key key = tried.key();
    log.atInfo()
        .addKeyValue("outcome", attempt.outcome().word())
        .addKeyValue("status_code", attempt.outcome().status())
        .addKeyValue("tenant", key.tenant().name())
        .addKeyValue("delivery_id", key.id().toString())
        .addKeyValue("event_id", key.eventId().toString())
        .addKeyValue("event_type", key.eventType())
        .addKeyValue("subscription_id", key.subscriptionId().toString())
        .addKeyValue("url", withoutQuery(tried.receiver()))
        .addKeyValue("attempt", after.roundAttempts())
        .addKeyValue("max_attempts", tried.receiver().schedule().maxAttempts())
        .addKeyValue("round", tried.round())
        .addKeyValue("attempt_count", after.attemptCount())
        .addKeyValue("took_millis", attempt.took().toMillis())
        .addKeyValue("state", after.state().word())
        .addKeyValue("reason", after.reason())
        .addKeyValue("next_attempt_at", after.nextAttemptAt())
        .addKeyValue("error", attempt.outcome().detail())
        .log("attempt");
  }

  /** Query strings may hold a customer's tokens. */
  private static String withoutQuery(Receiver receiver) {
    return receiver.url().newBuilder().query(null).build().toString();
  }

  /** All attempts of a delivery, first to last. */
  public List<RecordedAttempt> of(Tenant tenant, DeliveryId delivery) {
    return attempts.of(tenant, delivery);
  }

  Optional<RecordedAttempt> last(Tenant tenant, DeliveryId delivery) {
    return attempts.last(tenant, delivery);
  }
}
