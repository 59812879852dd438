package dev.homing.activities.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.Execution;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.LaterAttempts;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Receivers for which more comes than their pace allows. */
@OneAtATime
class OverPaceTest {
  private static final String ONE_PER_HOUR = "rate_limit = 1, rate_seconds = 3600";

  private final Ledger ledger = new Ledger();
  private final Node node = ledger.node;
  @AutoClose private final TestReceiver receiver = new TestReceiver();

  /** Otherwise backlogs of earlier tests are drained as well. */
  @BeforeEach
  void forgetOthers() {
    Postgres.jdbc().sql("delete from standings").update();
  }

  // What comes.

  @Test
  void firstAttemptBeyondThePaceIsNotMade() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    Delivery first = begin(subscription);
    assertThat(first.state()).isEqualTo(State.DELIVERED);

    Delivery second = begin(subscription);

    assertThat(second.backlogged()).isTrue();
    assertThat(second.attemptCount()).isZero();
    assertThat(state(subscription)).isEqualTo(Standing.State.OVER_PACE);
    assertThat(receiver.requests()).isOne();
  }

  @Test
  void newDeliveriesWaitBehindTheBacklog() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    begin(subscription);
    begin(subscription);
    SampleSubscriptions.pace(ledger.tenant, subscription, "rate_limit = 100000");

    Delivery later = begin(subscription);

    assertThat(later.backlogged()).isTrue();
    assertThat(receiver.requests()).isOne();
  }

  @Test
  void laterAttemptBeyondThePaceMovesToTheBacklog() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    begin(subscription);
    Delivery.Key key = waiting(subscription);

    send(key);

    Delivery after = ledger.find(key);
    assertThat(after.backlogged()).isTrue();
    assertThat(after.runId()).isNull();
    assertThat(after.attemptCount()).isOne();
    assertThat(state(subscription)).isEqualTo(Standing.State.OVER_PACE);
    assertThat(receiver.requests()).isOne();
  }

  @Test
  void requestedRetryDoesNotWaitForThePace() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    begin(subscription);
    Delivery.Key key = waiting(subscription);
    ledger.openRound(key);

    send(key);

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(receiver.requests()).isEqualTo(2);
  }

  @Test
  void whatIsAddedLeavesTheDrainAsleep() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    begin(subscription);
    begin(subscription);
    drain();
    double asleep = secondsUntilLook(subscription);

    begin(subscription);

    assertThat(secondsUntilLook(subscription)).isBetween(asleep - 60, asleep);
  }

  /** It may have stopped right after the last one that was due. */
  @Test
  void whatIsAddedWakesADrainThatDoesNotPause() {
    SubscriptionId subscription = to("/ok", "rate_limit = 100000");
    node.knownStandings.overPace(key(subscription));
    Postgres.jdbc().sql("update standings set next_look = now() + interval '1 hour'").update();

    begin(subscription);

    assertThat(secondsUntilLook(subscription)).isLessThan(1);
  }

  // The drain.

  @Test
  void drainSendsTheOldestFirstAtThePace() {
    SubscriptionId subscription = to("/ok", "rate_limit = 10, rate_seconds = 1");
    List<Long> times = new CopyOnWriteArrayList<>();
    receiver.when("/ok", () -> times.add(System.nanoTime()));
    List<Delivery.Key> waiting = ledger.backlog(subscription, 8);
    for (int i = 0; i < waiting.size(); i++) {
      ledger.set(waiting.get(i), "next_attempt_at = now() - interval '%d s'".formatted(100 - i));
    }

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
    assertThat(receiver.events())
        .containsExactlyElementsOf(waiting.stream().map(key -> key.eventId().toString()).toList());
    // Seven intervals of 100 ms, of which the first request may have come late.
    assertThat(Duration.ofNanos(times.getLast() - times.getFirst()))
        .isGreaterThan(Duration.ofMillis(600));
    await().until(() -> state(subscription) == null);
  }

  @Test
  void drainSleepsUntilThePaceAllowsTheNext() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    List<Delivery.Key> waiting = ledger.backlog(subscription, 3);

    drain();

    assertThat(receiver.requests()).isOne();
    assertThat(ledger.states(waiting)).containsOnlyOnce(State.DELIVERED);
    assertThat(waiting.stream().mapToInt(key -> ledger.find(key).attemptCount()).sum()).isOne();
    assertThat(state(subscription)).isEqualTo(Standing.State.OVER_PACE);
    assertThat(secondsUntilLook(subscription)).isBetween(3_500.0, 3_600.0);
  }

  @Test
  void changedPaceWakesTheDrain() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    List<Delivery.Key> waiting = ledger.backlog(subscription, 3);
    drain();
    SampleSubscriptions.pace(ledger.tenant, subscription, "rate_limit = null");
    node.standings.paceChanged(ledger.tenant, subscription);

    drain();

    assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED);
    assertThat(state(subscription)).isNull();
  }

  @Test
  void standingIsLeftOnceNothingIsDue() {
    SubscriptionId subscription = to("/ok", "rate_limit = 10, rate_seconds = 1");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 4);
    ledger.set(waiting.getFirst(), "next_attempt_at = now() + interval '1 hour'");

    drain();

    assertThat(receiver.requests()).isEqualTo(3);
    assertThat(state(subscription)).isEqualTo(Standing.State.CLOSED);
    await().until(() -> begin(subscription).state() == State.DELIVERED);
  }

  // Trouble.

  @Test
  void breakerOpensWhileTheReceiverIsOverPace() {
    SubscriptionId subscription = to("/503", "rate_limit = 10, rate_seconds = 1");
    node.knownStandings.overPace(key(subscription));
    assertThat(state(subscription)).isEqualTo(Standing.State.OVER_PACE);
    ledger.backlog(subscription, 8);

    node.drains.beginDue();

    await().until(() -> state(subscription) == Standing.State.OPEN);
  }

  @Test
  void receiverOverPaceIsNotInTrouble() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    begin(subscription);
    begin(subscription);

    Standing standing = node.standings.find(key(subscription)).orElseThrow();

    assertThat(standing.reason()).isNull();
    assertThat(standing.answer()).isNull();
    assertThat(DrainMessage.of(1, standing, "next at x"))
        .isEqualTo(
            "1 waits · over pace since %s · next at x"
                .formatted(standing.since().truncatedTo(ChronoUnit.SECONDS)));
    node.failureWatch.refresh();
    assertThat(
            Postgres.ask(
                Integer.class,
                "select count(*) from failing_subscriptions where tenant = :tenant",
                ledger.tenant))
        .isZero();
  }

  @Test
  void backlogOverPaceIsCountedApartFromThoseInTrouble() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    begin(subscription);
    begin(subscription);
    Postgres.jdbc().sql("update standings set since = now() - interval '1 hour'").update();

    BacklogCounts.Totals totals = node.backlogCounts.totals();

    assertThat(totals.backlogs()).isOne();
    assertThat(totals.overPace()).isOne();
    assertThat(totals.oldest()).isZero();
  }

  @Test
  void receiversInTroubleAreCountedByTheirStanding() {
    node.knownStandings.hold(key(to("/ok", ONE_PER_HOUR)), "503", Duration.ofHours(1));
    node.knownStandings.open(
        key(to("/ok", ONE_PER_HOUR)), Standing.Reason.UNAVAILABLE, "timed_out");

    BacklogCounts.Totals totals = node.backlogCounts.totals();

    assertThat(totals.held()).isOne();
    assertThat(totals.open()).isOne();
    assertThat(totals.halfOpen()).isZero();
    assertThat(totals.backlogs()).isZero();
  }

  @Test
  void troubleComesBeforeThePace() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    node.knownStandings.hold(key(subscription), "503", Duration.ofHours(1));

    new Node().knownStandings.overPace(key(subscription));

    assertThat(state(subscription)).isEqualTo(Standing.State.HELD);
  }

  /** By an earlier version, which knows no pace. */
  @Test
  void backlogThatANodeClosedIsNotOverPace() {
    SubscriptionId subscription = to("/ok", ONE_PER_HOUR);
    node.knownStandings.overPace(key(subscription));
    Postgres.jdbc().sql("update standings set next_look = null, changed_at = now()").update();

    assertThat(state(subscription)).isNull();
  }

  private SubscriptionId to(String path, String pace) {
    SubscriptionId subscription = SampleSubscriptions.active(ledger.tenant, receiver.url(path));
    SampleSubscriptions.pace(ledger.tenant, subscription, pace);
    return subscription;
  }

  /** Accepts and sends an event, and returns its delivery. */
  private Delivery begin(SubscriptionId subscription) {
    AcceptedEvent event = node.begin(ledger.tenant, List.of(subscription));
    DeliveryId id = DeliveryId.of(event.id(), subscription);
    return await()
        .until(() -> node.deliveries.find(ledger.tenant, id).orElse(null), found -> found != null);
  }

  private Delivery.Key waiting(SubscriptionId subscription) {
    Delivery.Key key = ledger.to(subscription);
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.makeDue(key);
    return key;
  }

  private void send(Delivery.Key key) {
    var waiting = DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key));
    var unused =
        Execution.in("run-1")
            .call(
                LaterAttempts.class,
                node.durable,
                lane -> {
                  lane.send(waiting, "run-1");
                  return true;
                });
  }

  private void drain() {
    node.drains.beginDue();
    await().until(() -> node.drains.running() == 0);
  }

  private double secondsUntilLook(SubscriptionId subscription) {
    return Postgres.jdbc()
        .sql(
            "select extract(epoch from next_look - now()) from standings where subscription_id ="
                + " :id")
        .param("id", subscription.uuid())
        .query(Double.class)
        .single();
  }

  private SubscriptionKey key(SubscriptionId subscription) {
    return new SubscriptionKey(ledger.tenant, subscription);
  }

  private Standing.@Nullable State state(SubscriptionId subscription) {
    return node.standings.find(key(subscription)).map(Standing::state).orElse(null);
  }
}
