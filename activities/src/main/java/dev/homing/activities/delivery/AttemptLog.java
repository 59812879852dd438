package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.GroupCommit;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.outbound.Attempt;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import okhttp3.HttpUrl;
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
public final class AttemptLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("homing.attempts");

  private final Deliveries deliveries;
  private final WaitingDeliveries waiting;
  private final GoneReceivers goneReceivers;
  private final RecordedAttempts attempts;
  private final GroupCommit<FirstResult, Optional<Delivery>> firstResults;
  private final TransactionTemplate transaction;
  private final MeterRegistry metrics;
  private final Timer age;

  /** By outcome and lane. */
  private final ConcurrentHashMap<String, Timer> attempted = new ConcurrentHashMap<>();

  private final DoubleSupplier random;

  /** {@code random} gives values from 0 to 1, for jitter. */
  public AttemptLog(
      OpenEvents open,
      Deliveries deliveries,
      WaitingDeliveries waiting,
      GoneReceivers goneReceivers,
      JdbcClient jdbc,
      TransactionTemplate transaction,
      MeterRegistry metrics,
      DoubleSupplier random) {
    this.deliveries = deliveries;
    this.waiting = waiting;
    this.goneReceivers = goneReceivers;
    this.attempts = new RecordedAttempts(jdbc);
    FirstResults all = new FirstResults(open, jdbc);
    this.firstResults =
        GroupCommit.patient(
            together -> requireNonNull(transaction.execute(_ -> all.add(together))));
    this.transaction = transaction;
    this.metrics = metrics;
    this.age =
        Timer.builder("homing.delivery.age")
            .description("From accepting an event to a receiver's 2xx")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofDays(4))
            .register(metrics);
    this.random = random;
  }

  /**
   * For whom an attempt was made.
   *
   * @param round the delivery's when the attempt began
   * @param runId the workflow run that made it; null: the express lane
   */
  public record Try(Delivery.Key key, int round, @Nullable String runId, Receiver receiver) {}

  /**
   * Records an attempt, once, and returns what it made of the delivery.
   *
   * <p>A 410 switches the subscription off first: should this node die before the rest, nothing is
   * sent there any more, and what waits is cancelled when somebody looks at it. A 410 of a URL that
   * the subscription has no more is a refusal like any other.
   */
  public Delivery record(Try tried, Attempt attempt) {
    return record(tried, attempt, gone -> write(tried, attempt, gone));
  }

  /** The same for a first attempt, which most likely finds no row: those share a commit. */
  public Delivery recordFirst(Try tried, Attempt attempt) {
    return record(tried, attempt, gone -> writeFirst(tried, attempt, gone));
  }

  private Delivery writeFirst(Try tried, Attempt attempt, boolean gone) {
    Change change = judge(Delivery.pending(tried.key()), true, tried, attempt, gone);
    return firstResults
        .commit(new FirstResult(change.to(), change.dueIn(), attempt))
        .orElseGet(() -> write(tried, attempt, gone));
  }

  /**
   * Gives a delivery its row without an attempt, unless it has one: those share a commit as well.
   *
   * @param wait until it is due, or looked at again; null: never
   */
  public void leave(
      Delivery.Key key, State state, @Nullable String reason, @Nullable Duration wait) {
    var unused =
        firstResults.commit(new FirstResult(Delivery.pending(key).in(state, reason), wait, null));
  }

  private Delivery record(Try tried, Attempt attempt, Function<Boolean, Delivery> write) {
    Tenant tenant = tried.key().tenant();
    Receiver receiver = tried.receiver();
    boolean gone =
        attempt.outcome() instanceof Outcome.Gone
            && goneReceivers.switchOff(tenant, receiver.id(), receiver.url());
    Delivery after = write.apply(gone);
    if (gone) {
      waiting.cancelForInactive(tenant, receiver.id());
    }
    count(tried, attempt);
    say(tried, attempt, after);
    return after;
  }

  private Delivery write(Try tried, Attempt attempt, boolean gone) {
    return requireNonNull(
        transaction.execute(
            _ -> {
              Delivery before = deliveries.lock(tried.key());
              if (attempts.have(before.key(), attempt)) {
                return before;
              }
              attempts.add(before, tried.round(), attempt);
              boolean current =
                  tried.round() == before.round() && Objects.equals(tried.runId(), before.runId());
              Change change =
                  judge(before, current && !before.state().isOver(), tried, attempt, gone);
              deliveries.update(change.to(), change.dueIn());
              return deliveries.find(before.key().tenant(), before.key().id()).orElseThrow();
            }));
  }

  /** What becomes of a delivery; {@code dueIn}: until its next attempt, if there is one. */
  private record Change(Delivery to, @Nullable Duration dueIn) {}

  /**
   * What an attempt makes of a delivery.
   *
   * @param counts whether this attempt changes the state, if it is not a 2xx
   * @param gone whether the subscription is off, as the attempt was answered with a 410
   */
  private Change judge(Delivery before, boolean counts, Try tried, Attempt attempt, boolean gone) {
    Delivery counted = before.attempted(tried.round());
    return switch (attempt.outcome()) {
      case Outcome.Delivered _ -> new Change(counted.in(State.DELIVERED, null), null);
      case Outcome.Gone _ when counts ->
          gone
              ? new Change(counted.in(State.CANCELLED, "gone"), null)
              : waitOrFail(counted, tried, null);
      case Outcome.Refused(_, var retryAfter) when counts -> waitOrFail(counted, tried, retryAfter);
      case Outcome.Unanswered _ when counts -> waitOrFail(counted, tried, null);
      case Outcome.Gone _, Outcome.Refused _, Outcome.Unanswered _ -> keepState(before, counted);
    };
  }

  private Change waitOrFail(Delivery counted, Try tried, @Nullable Duration retryAfter) {
    var schedule = tried.receiver().schedule();
    if (counted.roundAttempts() >= schedule.maxAttempts()) {
      return new Change(counted.in(State.FAILED, "schedule_over"), null);
    }
    Duration wait = schedule.waitAfter(counted.roundAttempts(), retryAfter, random.getAsDouble());
    return new Change(counted.in(State.RETRYING, null), wait);
  }

  /** An attempt of another time: it is counted, and what waits goes on waiting. */
  private Change keepState(Delivery before, Delivery counted) {
    return new Change(counted, before.nextAttemptAt() == null ? null : deliveries.untilDue(before));
  }

  private void count(Try tried, Attempt attempt) {
    attempted(attempt.outcome().word(), tried.runId() == null ? "express" : "durable")
        .record(attempt.took());
    if (attempt.outcome() instanceof Outcome.Delivered) {
      age.record(
          Duration.between(
              tried.key().eventId().acceptedAt(), attempt.startedAt().plus(attempt.took())));
    }
  }

  private Timer attempted(String outcome, String lane) {
    return attempted.computeIfAbsent(
        outcome + ' ' + lane,
        _ ->
            Timer.builder("homing.attempts")
                .description("Attempts and how long they took")
                .tag("outcome", outcome)
                .tag("lane", lane)
                .register(metrics));
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
    HttpUrl url = receiver.url();
    return (url.query() == null ? url : url.newBuilder().query(null).build()).toString();
  }

  /** After the last attempt. */
  @Override
  public void close() {
    firstResults.close();
  }

  /** All attempts of a delivery, first to last. */
  public List<RecordedAttempt> of(Tenant tenant, DeliveryId delivery) {
    return attempts.of(tenant, delivery);
  }

  public Optional<RecordedAttempt> last(Tenant tenant, DeliveryId delivery) {
    return attempts.last(tenant, delivery);
  }
}
