package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.Node;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A tenant's ledger, with shortcuts for writing and reading it. */
public final class Ledger {
  public final Tenant tenant = Postgres.newTenant();
  public final Node node;

  public Ledger() {
    this(new Node());
  }

  public Ledger(Node node) {
    this.node = node;
  }

  /** A delivery of a new event. */
  public Delivery.Key to(SubscriptionId subscription) {
    AcceptedEvent event = node.accept(tenant, subscription);
    return new Delivery.Key(tenant, event.id(), event.type(), subscription);
  }

  public Delivery.Key toNewSubscription() {
    return to(SampleSubscriptions.active(tenant, "http://receiver.test/hook"));
  }

  /** Deliveries that wait in the subscription's backlog, due now. */
  public List<Delivery.Key> backlog(SubscriptionId subscription, int count) {
    List<Delivery.Key> keys = Stream.generate(() -> to(subscription)).limit(count).toList();
    keys.forEach(key -> node.attemptLog.addToBacklog(first(key)));
    return keys;
  }

  public List<State> states(List<Delivery.Key> keys) {
    return keys.stream().map(key -> find(key).state()).toList();
  }

  /** An attempt of the express lane. */
  public AttemptContext first(Delivery.Key key) {
    return tried(key, 1, null);
  }

  AttemptContext tried(Delivery.Key key, int round, @Nullable String runId) {
    return new AttemptContext(
        key,
        round,
        runId,
        receiver(key),
        runId == null ? AttemptContext.Lane.EXPRESS : AttemptContext.Lane.DURABLE,
        null);
  }

  public Receiver receiver(Delivery.Key key) {
    return node.receivers.find(tenant, key.subscriptionId()).orElseThrow();
  }

  public Delivery record(AttemptContext tried, Attempt attempt) {
    return node.attemptLog.record(tried, attempt);
  }

  /** Records an attempt of the express lane, in a group with concurrent ones. */
  Delivery recordFirst(Delivery.Key key, Attempt attempt) {
    return node.attemptLog.recordFirst(first(key), attempt, () -> true);
  }

  /** Adds a row without an attempt, in a group with concurrent ones. */
  public void leave(
      Delivery.Key key, Delivery.State state, @Nullable Reason reason, @Nullable Duration wait) {
    node.attemptLog.addWithoutAttempt(key, state, reason, wait);
  }

  /** Whether a recipient of the delivery's event has no row yet. */
  boolean isOpen(Delivery.Key key) {
    return node.open.isOpen(new AcceptedEvent(tenant, key.eventId(), key.eventType(), 1));
  }

  Delivery add(Delivery.Key key, Delivery.State state, @Nullable Reason reason) {
    node.transaction.executeWithoutResult(_ -> node.deliveries.add(key, state, reason));
    return find(key);
  }

  public boolean cancel(Delivery.Key key, Reason reason) {
    return requireNonNull(node.transaction.execute(_ -> node.waiting.cancel(key, reason)));
  }

  public Delivery assignTo(String runId, Delivery.Key key, boolean opensRound) {
    return requireNonNull(
        node.transaction.execute(
            _ -> {
              Delivery locked = node.deliveries.lock(tenant, key.id()).orElseThrow();
              Instant now = Instant.now();
              return (opensRound
                      ? node.deliveries.assignToReset(runId, now, locked)
                      : node.deliveries.assignTo(runId, now, locked))
                  .orElseThrow();
            }));
  }

  public void openRound(Delivery.Key key) {
    node.transaction.executeWithoutResult(_ -> node.waiting.openRound(tenant, key.id()));
  }

  public Delivery find(Delivery.Key key) {
    return node.deliveries.find(tenant, key.id()).orElseThrow();
  }

  public List<RecordedAttempt> attempts(Delivery.Key key) {
    return node.attempts.of(tenant, key.id());
  }

  /** The time until the delivery is due, in whole seconds; null: it is not due by itself. */
  public @Nullable Long secondsLeft(Delivery.Key key) {
    Duration untilDue = node.deliveries.untilDue(find(key));
    return untilDue == null ? null : Math.round(untilDue.toMillis() / 1000.0);
  }

  /** Makes a waiting delivery due now. */
  public void makeDue(Delivery.Key key) {
    set(key, "next_attempt_at = now()");
  }

  public void set(Delivery.Key key, String assignments) {
    Postgres.jdbc()
        .sql("update deliveries set " + assignments + " where tenant = :tenant and id = :id")
        .param("tenant", tenant.name())
        .param("id", key.id().uuid())
        .update();
  }
}
