package dev.homing.activities.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Acceptance;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever ends a delivery, those behind it go on; what does not end it, does not let them. */
@OneAtATime
class SequenceEndsTest {
  private static final String RUN = "run-1";

  private final Ledger ledger = new Ledger();
  private final Node node = ledger.node;
  @AutoClose private final TestReceiver receiver = new TestReceiver();
  private final OrderedEvents events = new OrderedEvents(ledger, receiver.url("/ok"));
  private final Acceptance.New head = events.acceptOne("a");
  private final Acceptance.New next = events.acceptOne("a");

  /** Otherwise backlogs of earlier tests are drained as well. */
  @BeforeEach
  void forgetOthers() {
    Postgres.jdbc()
        .sql("delete from standings; delete from sequences where tenant <> :tenant")
        .param("tenant", ledger.tenant.name())
        .update();
  }

  /** A way in which a delivery ends. */
  enum End {
    DELIVERED_AT_ONCE(State.DELIVERED),
    DELIVERED_BY_ITS_RUN(State.DELIVERED),
    DELIVERED_BY_THE_DRAIN(State.DELIVERED),
    DELIVERED_AFTER_ALL(State.DELIVERED),
    REFUSED_FOR_GOOD(State.FAILED),
    REFUSED_FOR_GOOD_BY_ITS_RUN(State.FAILED),
    EXPIRED_FOR_ITS_RUN(State.FAILED),
    EXPIRED_IN_THE_BACKLOG(State.FAILED),
    SKIPPED_WHILE_PARKED(State.FAILED),
    CANCELLED_BEFORE_ITS_FIRST_RESULT(State.CANCELLED),
    CANCELLED(State.CANCELLED),
    CANCELLED_WITH_ITS_EVENT(State.CANCELLED),
    CANCELLED_BY_ITS_RUN(State.CANCELLED),
    TERMINATED(State.CANCELLED),
    GONE(State.CANCELLED),
    SUBSCRIPTION_DELETED(State.CANCELLED);

    private final State state;

    End(State state) {
      this.state = state;
    }
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void sequencesAdvanceAfterEachEnd(End end) {
    SampleSubscriptions.order(
        ledger.tenant, events.subscription, "on_failure = 'skip', max_attempts = 1");

    bringAbout(end);

    assertThat(events.find(head).state()).isEqualTo(end.state);
    node.advanceSequences.advanceAll();
    assertThat(events.find(next).state())
        .isEqualTo(
            switch (end) {
              case GONE, SUBSCRIPTION_DELETED -> State.CANCELLED;
              case DELIVERED_BY_THE_DRAIN, EXPIRED_IN_THE_BACKLOG -> State.DELIVERED;
              default -> State.RETRYING;
            });
    assertThat(events.entries("a")).isEmpty();
  }

  private void bringAbout(End end) {
    Delivery.Key key = events.key(head);
    switch (end) {
      case DELIVERED_AT_ONCE -> {
        OrderedEvents.begin(node, head, "a");
        await().until(() -> !node.open.isOpen(head.lease().event()));
      }
      case DELIVERED_BY_ITS_RUN -> ledger.record(run(key), SampleAttempts.delivered());
      case DELIVERED_BY_THE_DRAIN -> {
        node.attemptLog.addToBacklog(events.first(key));
        node.drains.beginDue();
        await().until(() -> events.find(head).state().isOver());
        await().until(() -> node.drains.running() == 0);
      }
      case DELIVERED_AFTER_ALL -> {
        ledger.cancel(key, Reason.CANCELLED);
        ledger.record(events.first(key), SampleAttempts.delivered());
      }
      case REFUSED_FOR_GOOD -> ledger.record(events.first(key), SampleAttempts.refused());
      case REFUSED_FOR_GOOD_BY_ITS_RUN -> ledger.record(run(key), SampleAttempts.refused());
      case EXPIRED_FOR_ITS_RUN -> {
        waiting(key);
        node.deliveries.failRun(key.id(), RUN, Reason.PAYLOAD_EXPIRED);
      }
      case EXPIRED_IN_THE_BACKLOG -> {
        node.attemptLog.addToBacklog(events.first(key));
        Postgres.jdbc()
            .sql("delete from payloads where event_id = :id")
            .param("id", key.eventId().uuid())
            .update();
        node.drains.beginDue();
        await().until(() -> events.find(head).state().isOver());
        await().until(() -> node.drains.running() == 0);
      }
      case SKIPPED_WHILE_PARKED -> {
        waiting(key);
        node.parked.park(ledger.tenant, key.id(), RUN, Reason.OUR_FAULT, Duration.ofHours(1));
        ledger.set(key, "turn_since = now() - interval '61 minutes'");
        assertThat(node.sequences.skipParked()).isEqualTo(1);
      }
      case CANCELLED_BEFORE_ITS_FIRST_RESULT -> ledger.cancel(key, Reason.CANCELLED);
      case CANCELLED -> {
        waiting(key);
        ledger.cancel(key, Reason.CANCELLED);
      }
      case CANCELLED_WITH_ITS_EVENT ->
          node.transaction.executeWithoutResult(
              _ -> node.waiting.cancelOfEvent(key, null, Reason.CANCELLED));
      case CANCELLED_BY_ITS_RUN -> {
        waiting(key);
        node.deliveries.cancelCancelledRun(ledger.tenant, key.id(), RUN, Instant.now(), null);
      }
      case TERMINATED -> {
        waiting(key);
        node.deliveries.cancelRun(key.id(), RUN, Reason.TERMINATED);
      }
      case GONE -> ledger.record(events.first(key), SampleAttempts.gone());
      case SUBSCRIPTION_DELETED -> {
        waiting(key);
        SampleSubscriptions.delete(ledger.tenant, events.subscription);
        node.waiting.cancelForInactive(ledger.tenant, events.subscription);
      }
    }
  }

  /** Has a run take it, whose attempt this is. */
  private AttemptContext run(Delivery.Key key) {
    waiting(key);
    return AttemptContext.ofRun(key, 1, RUN, ledger.receiver(key)).withKey("a");
  }

  private void waiting(Delivery.Key key) {
    ledger.leave(key, State.RETRYING, null, Duration.ZERO);
    ledger.assignTo(RUN, key, false);
  }

  /** Each of these has a case above. */
  @Test
  void endsAreKnown() {
    assertThat(
            Stream.of(Deliveries.class, WaitingDeliveries.class)
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> name.startsWith("cancel") || name.startsWith("fail"))
                .distinct())
        .containsExactlyInAnyOrder(
            "cancelRun",
            "failRun",
            "cancelCancelledRun",
            "cancel",
            "cancelOfEvent",
            "cancelForInactive");
  }

  // What keeps its turn.

  @Test
  void aWaitingDeliveryKeepsItsTurn() {
    waiting(events.key(head));

    assertThat(node.advanceSequences.advanceAll()).isEmpty();
    assertThat(events.find(next).reason()).isEqualTo(Reason.IN_ORDER);
  }

  @Test
  void aParkedDeliveryKeepsItsTurnForAWhile() {
    Delivery.Key key = events.key(head);
    waiting(key);
    node.parked.park(ledger.tenant, key.id(), RUN, Reason.OUR_FAULT, Duration.ofHours(1));
    ledger.set(key, "turn_since = now() - interval '6 days'");

    assertThat(node.sequences.skipParked()).isZero();
    assertThat(node.advanceSequences.advanceAll()).isEmpty();
  }

  @Test
  void anAttemptThatFailsForGoodBlocksByDefault() {
    SampleSubscriptions.allow(ledger.tenant, events.subscription, 1);

    assertThat(ledger.record(events.first(events.key(head)), SampleAttempts.refused()).state())
        .isEqualTo(State.RETRYING);
    assertThat(node.advanceSequences.advanceAll()).isEmpty();
  }

  // What a delivery that waits for its turn is left out of.

  @Test
  void resetOfItsEventGivesNoTurn() {
    node.transaction.executeWithoutResult(
        _ -> node.waiting.openRounds(ledger.tenant, events.key(next).eventId(), "reset"));

    assertThat(events.find(next).reason()).isEqualTo(Reason.IN_ORDER);
    assertThat(events.find(next).round()).isEqualTo(1);
  }

  @Test
  void pauseAndReleaseGiveNoTurn() {
    Delivery.Key key = events.key(head);
    node.attemptLog.addToBacklog(events.first(key));
    SampleSubscriptions.pause(ledger.tenant, events.subscription);
    node.drains.beginDue();
    await().until(() -> events.find(head).reason() == Reason.PAUSED);
    await().until(() -> node.drains.running() == 0);
    assertThat(events.find(next).reason()).isEqualTo(Reason.IN_ORDER);

    SampleSubscriptions.enable(ledger.tenant, events.subscription);
    node.waiting.release(ledger.tenant, events.subscription);

    assertThat(events.find(head).state()).isEqualTo(State.RETRYING);
    assertThat(events.find(next).reason()).isEqualTo(Reason.IN_ORDER);
    assertThat(events.find(next).nextAttemptAt()).isNull();
  }

  @Test
  void isNotOverdue() {
    assertThat(node.waiting.withoutWorkflow(ledger.tenant, events.key(next).eventId(), null, 10))
        .isEmpty();
    assertThat(node.overdue.list(false, 100))
        .extracting(Delivery::key)
        .doesNotContain(events.key(next));
  }

  // How long a failing delivery keeps its turn. Sample attempts are made on the 24th.

  @Test
  void skipsAtTheEndOfTheSchedule() {
    SampleSubscriptions.order(
        ledger.tenant, events.subscription, "on_failure = 'skip', max_attempts = 2");

    assertThat(refused(1, "2026-11-23T23:59:00Z").state()).isEqualTo(State.RETRYING);
    Delivery failed = refused(2, "2026-11-23T23:59:00Z");
    assertThat(failed.state()).isEqualTo(State.FAILED);
    assertThat(failed.reason()).isEqualTo(Reason.ORDER_SKIPPED);
  }

  @Test
  void skipsAfterAnHour() {
    SampleSubscriptions.order(ledger.tenant, events.subscription, "on_failure = 'skip'");

    assertThat(refused(1, "2026-11-23T23:01:00Z").state()).isEqualTo(State.RETRYING);
    assertThat(refused(2, "2026-11-23T22:59:00Z").reason()).isEqualTo(Reason.ORDER_SKIPPED);
  }

  @Test
  void skipsInsteadOfWaitingLonger() {
    SampleSubscriptions.order(
        ledger.tenant, events.subscription, "on_failure = 'skip', max_block_seconds = 600");
    Attempt asksForAnHour = SampleAttempts.refused(Duration.ofHours(1));

    assertThat(record(asksForAnHour, "2026-11-24T00:00:00Z").reason())
        .isEqualTo(Reason.ORDER_SKIPPED);
  }

  @Test
  void blocksForAWeekBeyondTheSchedule() {
    SampleSubscriptions.allow(ledger.tenant, events.subscription, 1);

    assertThat(refused(1, "2026-11-17T01:00:00Z").state()).isEqualTo(State.RETRYING);
    assertThat(refused(2, "2026-11-17T01:00:00Z").state()).isEqualTo(State.RETRYING);
    assertThat(refused(3, "2026-11-16T23:59:00Z").reason()).isEqualTo(Reason.ORDER_SKIPPED);
  }

  @Test
  void blocksAsLongAsTheSubscriptionSays() {
    SampleSubscriptions.order(ledger.tenant, events.subscription, "max_block_seconds = 60");

    assertThat(refused(1, "2026-11-23T23:59:30Z").state()).isEqualTo(State.RETRYING);
    assertThat(refused(2, "2026-11-23T23:58:59Z").reason()).isEqualTo(Reason.ORDER_SKIPPED);
  }

  @Test
  void aRequestedRetryStartsTheTimeAnew() {
    SampleSubscriptions.order(ledger.tenant, events.subscription, "max_block_seconds = 60");
    refused(1, "2026-11-23T23:58:00Z");

    ledger.openRound(events.key(head));

    assertThat(events.find(head).turnSince()).isAfter(Instant.now().minusSeconds(60));
  }

  @Test
  void anEventWithoutAKeyFollowsTheScheduleAlone() {
    SampleSubscriptions.allow(ledger.tenant, events.subscription, 1);
    Delivery.Key plain = ledger.to(events.subscription);

    assertThat(ledger.record(ledger.first(plain), SampleAttempts.refused()).reason())
        .isEqualTo(Reason.SCHEDULE_OVER);
  }

  @Test
  void aDeliveryThatGetsItsTurnHasTheWholeTime() {
    SampleSubscriptions.order(ledger.tenant, events.subscription, "max_block_seconds = 600");
    events.end(head);
    node.advanceSequences.advanceAll();

    assertThat(
            Postgres.ask(
                Long.class,
                """
                select cast(extract(epoch from retry_until - turn_since) as bigint) from deliveries
                where tenant = :tenant and turn_since is not null
                """,
                ledger.tenant))
        .isEqualTo(600);
  }

  @Test
  void aWaitThatTheReceiverAsksForIsPartOfItsTurn() {
    SampleSubscriptions.order(
        ledger.tenant, events.subscription, "on_failure = 'skip', max_block_seconds = 600");
    events.end(head);
    node.advanceSequences.advanceAll();
    Delivery.Key key = events.key(next);
    ledger.set(key, "turn_since = '2026-11-24T00:00:00Z'");

    node.attemptLog.recordDrained(
        AttemptContext.drained(key, 1, ledger.receiver(key)).withKey("a"),
        SampleAttempts.refused(Duration.ofSeconds(400)));

    assertThat(
            Postgres.ask(
                Long.class,
                "select cast(extract(epoch from retry_until - updated_at) as bigint)"
                    + " from deliveries where tenant = :tenant and state = 'retrying'",
                ledger.tenant))
        .isBetween(590L, 600L);
  }

  @Test
  void aHoldIsPartOfATurn() {
    OrderedEvents troubled = new OrderedEvents(ledger, receiver.url("/503"));
    List<Delivery.Key> heads =
        Stream.of("b", "c").map(troubled::acceptOne).map(troubled::key).toList();
    for (Delivery.Key each : heads) {
      node.attemptLog.addToBacklog(troubled.first(each));
      ledger.set(each, "retry_until = now()");
    }
    SubscriptionKey subscription = new SubscriptionKey(ledger.tenant, troubled.subscription);
    node.knownStandings.open(subscription, Standing.Reason.UNAVAILABLE, "503");
    Postgres.jdbc()
        .sql(
            """
            update standings set held_for = interval '1 hour', since = now() - interval '1 hour',
              changed_at = now()
            """)
        .update();
    node.knownStandings.refresh();

    node.drains.beginDue();

    // An open breaker keeps no last attempt back.
    await().until(() -> heads.stream().allMatch(each -> ledger.find(each).attemptCount() == 1));
  }

  private Delivery refused(int attempt, String turnSince) {
    Delivery after = record(SampleAttempts.refused(), turnSince);
    assertThat(after.attemptCount()).isEqualTo(attempt);
    return after;
  }

  /** The result of an attempt by a run. */
  private Delivery record(Attempt attempt, String turnSince) {
    Delivery.Key key = events.key(head);
    waiting(key);
    ledger.set(key, "turn_since = '%s'".formatted(turnSince));
    return ledger.record(
        AttemptContext.ofRun(key, 1, RUN, ledger.receiver(key)).withKey("a"), attempt);
  }
}
