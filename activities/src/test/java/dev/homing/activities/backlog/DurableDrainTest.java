package dev.homing.activities.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.homing.activities.Execution;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.backlog.BacklogDrain;
import dev.homing.workflows.backlog.WaitingSubscription;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an execution of the activity does, and what it tells Temporal. */
@OneAtATime
class DurableDrainTest {
  private static final Execution FIRST = Execution.in("run");

  private final Ledger ledger = new Ledger();
  private final Node node = ledger.node;
  @AutoClose private final TestReceiver receiver = new TestReceiver();

  /** Otherwise runs look after backlogs of earlier tests as well. */
  @BeforeEach
  void forgetOthers() {
    Postgres.jdbc().sql("delete from standings").update();
  }

  @Test
  void completesWhenNothingWaits() {
    assertThat(drain(FIRST, to("/ok"))).isEmpty();
  }

  @Test
  void sendsAllThatIsDueAndCompletes() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 30);

    assertThat(drain(FIRST, subscription)).isEmpty();

    assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED);
    assertThat(known(subscription)).isEmpty();
  }

  @Test
  void waitsUntilTheNextDeliveryIsDue() {
    SubscriptionId subscription = to("/500");
    ledger.backlog(subscription, 1);

    ApplicationFailure failure = drain(FIRST, subscription).orElseThrow();

    assertThat(failure.getType()).isEqualTo("closed");
    assertThat(failure.getOriginalMessage()).matches("1 waits · in good standing · next at .+Z");
    assertThat(failure.getNextRetryDelay()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));
  }

  @Test
  void saysWhyAndHowManyWait() {
    SubscriptionId subscription = to("/503");
    ledger.backlog(subscription, 40);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "timed_out");
    set("since = now() - interval '10 minutes', changed_at = now()");
    node.knownStandings.refresh();

    ApplicationFailure failure = drain(FIRST, subscription).orElseThrow();

    assertThat(failure.getType()).isEqualTo("open");
    // The answer of the probe, not of the attempt that opened the breaker.
    assertThat(failure.getOriginalMessage()).matches("40 wait · open since .+Z, 503 · next at .+Z");
    assertThat(failure.getNextRetryDelay())
        .isBetween(Duration.ofSeconds(45), Duration.ofSeconds(61));
  }

  @Test
  void saysThatTheReceiverAskedForAPause() {
    SubscriptionId subscription = to("/429");
    ledger.backlog(subscription, 30);

    ApplicationFailure failure = drain(FIRST, subscription).orElseThrow();

    assertThat(failure.getType()).isEqualTo("held");
    assertThat(failure.getOriginalMessage())
        .matches("30 wait · held by Retry-After since .+Z, 429 · next at .+Z");
    assertThat(failure.getNextRetryDelay())
        .isBetween(Duration.ofSeconds(3_500), Duration.ofSeconds(4_320));
  }

  @Test
  void sendsNothingBeforeItIsDue() {
    SubscriptionId subscription = openAndWaiting("/ok");

    ApplicationFailure failure = drain(FIRST, subscription).orElseThrow();

    assertThat(receiver.requests()).isZero();
    assertThat(failure.getNextRetryDelay())
        .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
  }

  @Test
  void resetByAnOperatorProbesNow() {
    SubscriptionId subscription = openAndWaiting("/ok");
    drain(FIRST, subscription);

    assertThat(drain(FIRST, subscription)).isEmpty();

    assertThat(receiver.requests()).isEqualTo(3);
  }

  @Test
  void resetByAnOperatorEndsAHold() {
    SubscriptionId subscription = openAndWaiting("/ok");
    node.knownStandings.hold(key(subscription), "429", Duration.ofHours(1));
    drain(FIRST, subscription);

    assertThat(drain(FIRST, subscription)).isEmpty();

    assertThat(receiver.requests()).isEqualTo(3);
  }

  @Test
  void startByANodeIsNoReset() {
    SubscriptionId subscription = openAndWaiting("/ok");
    set("since = now() - interval '1 minute'");
    node.backlogRuns.claimUnstarted(1);
    node.backlogRuns.started(key(subscription), FIRST.runId());

    drain(FIRST, subscription);

    assertThat(receiver.requests()).isZero();
  }

  @Test
  void wakingByANodeIsNoReset() {
    SubscriptionId subscription = openAndWaiting("/ok");
    drain(FIRST, subscription);
    set("next_look = now() - interval '1 minute'");
    node.backlogRuns.claimLate(1);
    set("next_look = now() + interval '1 hour'");

    drain(FIRST, subscription);

    assertThat(receiver.requests()).isZero();
  }

  @Test
  void retryOfTheSameRunIsNoReset() {
    SubscriptionId subscription = openAndWaiting("/ok");
    drain(FIRST, subscription);

    assertThat(drain(FIRST.next(), subscription)).isNotEmpty();

    assertThat(receiver.requests()).isZero();
  }

  @Test
  void leavesABacklogAloneThatAnotherNodeDrains() {
    SubscriptionId subscription = to("/ok");
    ledger.backlog(subscription, 1);
    new DrainLeases(Postgres.jdbc(), node.transaction).claimDue(1);

    ApplicationFailure failure = drain(FIRST, subscription).orElseThrow();

    assertThat(failure.getOriginalMessage())
        .isEqualTo("1 waits · in good standing · a node sends without it until it takes over");
    assertThat(receiver.requests()).isZero();
  }

  @Test
  void nodesLeaveABacklogToItsRun() {
    SubscriptionId subscription = openAndWaiting("/ok");
    drain(FIRST, subscription);
    set("next_look = now()");

    node.drains.beginDue();

    assertThat(node.drains.running()).isZero();
    assertThat(receiver.requests()).isZero();
  }

  @Test
  void cancelRecordsAllThatWaits() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 1_100);

    execute(FIRST, subscription, BacklogDrain::cancelAll);

    assertThat(ledger.states(waiting)).containsOnly(State.CANCELLED);
    assertThat(known(subscription)).isEmpty();
    assertThat(receiver.requests()).isZero();
  }

  @Test
  void countsUpToTenThousand() {
    SubscriptionId subscription = to("/ok");
    ledger.backlog(subscription, 1);
    Postgres.jdbc()
        .sql(
            """
            insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
              next_attempt_at, backlogged)
            select d.tenant, overlay(d.id::text placing to_char(n, 'FM000000000000') from 25)::uuid,
              d.event_id, d.event_type, d.subscription_id, d.state, now() + interval '1 hour', true
            from deliveries d, generate_series(1, 10000) n where d.subscription_id = :id
            """)
        .param("id", subscription.uuid())
        .update();

    BacklogCounts.Size size = node.backlogCounts.backlogged(key(subscription));

    assertThat(size.waiting()).isEqualTo(10_000);
    assertThat(size.oldest()).isNotNull();
  }

  private SubscriptionId openAndWaiting(String path) {
    SubscriptionId subscription = to(path);
    ledger.backlog(subscription, 3);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");
    set("next_look = now() + interval '1 hour'");
    return subscription;
  }

  private static void set(String columns) {
    Postgres.jdbc().sql("update standings set " + columns).update();
  }

  /** Empty: it completed. */
  private Optional<ApplicationFailure> drain(Execution execution, SubscriptionId subscription) {
    ActivityFailure failure =
        catchThrowableOfType(
            ActivityFailure.class, () -> execute(execution, subscription, BacklogDrain::drain));
    return Optional.ofNullable(failure).map(thrown -> (ApplicationFailure) thrown.getCause());
  }

  private void execute(
      Execution execution,
      SubscriptionId subscription,
      BiConsumer<BacklogDrain, WaitingSubscription> act) {
    execution.call(
        BacklogDrain.class,
        node.durableDrain,
        activity -> {
          act.accept(
              activity, new WaitingSubscription(ledger.tenant, subscription, "api.example.com"));
          return true;
        });
  }

  private SubscriptionId to(String path) {
    return SampleSubscriptions.active(ledger.tenant, receiver.url(path));
  }

  private Optional<Standing> known(SubscriptionId subscription) {
    return node.standings.find(key(subscription));
  }

  private SubscriptionKey key(SubscriptionId subscription) {
    return new SubscriptionKey(ledger.tenant, subscription);
  }
}
