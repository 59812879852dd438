package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.AtOnce;
import dev.homing.activities.InternalFaults;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.subscription.DisabledReason;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

@OneAtATime
class DeliveriesTest {
  private final Ledger ledger = new Ledger();
  private final Deliveries deliveries = ledger.node.deliveries;
  private final Node node = ledger.node;
  private final Delivery.Key key = ledger.toNewSubscription();

  // The row.

  @Test
  void hasOneRowUnderConcurrentWrites() throws Exception {
    AtOnce.times(10, _ -> () -> ledger.add(key, State.RETRYING, null));

    assertThat(deliveries.of(ledger.tenant, key.eventId())).hasSize(1);
    assertThat(ledger.find(key).round()).isEqualTo(1);
    assertThat(ledger.find(key).attemptCount()).isZero();
  }

  @Test
  void keepsTheExistingRow() {
    ledger.add(key, State.CANCELLED, Reason.GONE);

    assertThat(ledger.add(key, State.RETRYING, null).state()).isEqualTo(State.CANCELLED);
  }

  @Test
  void hasADueTimeOnlyWhileItWaits() {
    assertThat(ledger.add(key, State.RETRYING, null).nextAttemptAt()).isNotNull();
    assertThat(ledger.secondsLeft(key)).isZero();

    Delivery.Key held = ledger.toNewSubscription();
    assertThat(ledger.add(held, State.HELD, Reason.PAUSED).nextAttemptAt()).isNull();
    assertThat(deliveries.untilDue(ledger.find(held))).isNull();
  }

  @Test
  void computesTheTimeUntilItIsDue() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(10)));

    assertThat(deliveries.untilDue(ledger.find(key)))
        .isBetween(Duration.ofHours(11).minusSeconds(5), Duration.ofHours(11));

    ledger.set(key, "next_attempt_at = now() - interval '1 hour'");
    assertThat(deliveries.untilDue(ledger.find(key))).isNegative();
  }

  @Test
  void isInvisibleToOtherTenants() {
    ledger.add(key, State.RETRYING, null);
    Tenant other = Postgres.newTenant();

    assertThat(deliveries.find(other, key.id())).isEmpty();
    assertThat(deliveries.of(other, key.eventId())).isEmpty();
    SampleSubscriptions.set(ledger.tenant, key.subscriptionId(), "deleted_at = now()");
    assertThat(node.waiting.cancelForInactive(other, key.subscriptionId())).isZero();
    assertThat(node.waiting.release(other, key.subscriptionId())).isZero();
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  // Cancel.

  @Test
  void addsTheRowOfACancelledPendingDelivery() {
    assertThat(ledger.cancel(key, Reason.CANCELLED)).isTrue();

    Delivery cancelled = ledger.find(key);
    assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
    assertThat(cancelled.reason()).isEqualTo(Reason.CANCELLED);
    assertThat(cancelled.attemptCount()).isZero();
    assertThat(ledger.node.open.isOpen(new AcceptedEvent(ledger.tenant, key.eventId(), "", 1)))
        .isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"RETRYING", "HELD"})
  void cancelsAWaitingDelivery(State state) {
    ledger.add(key, state, null);

    assertThat(ledger.cancel(key, Reason.CANCELLED)).isTrue();

    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(key).nextAttemptAt()).isNull();
  }

  @ParameterizedTest
  @EnumSource(names = {"DELIVERED", "FAILED", "CANCELLED"})
  void doesNotCancelAFinishedDelivery(State state) {
    ledger.add(key, state, Reason.TERMINATED);

    assertThat(ledger.cancel(key, Reason.CANCELLED)).isFalse();

    assertThat(ledger.find(key).state()).isEqualTo(state);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.TERMINATED);
  }

  @Test
  void isEitherCancelledOnceOrDeliveredWhenBothHappenAtOnce() throws Exception {
    AtOnce.times(
        2,
        i ->
            () ->
                i == 0
                    ? ledger.cancel(key, Reason.CANCELLED)
                    : ledger.record(ledger.first(key), SampleAttempts.delivered()));

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.attempts(key)).hasSize(1);
  }

  @Test
  void endsInOneStateUnderConcurrentResults() throws Exception {
    for (int i = 0; i < 25; i++) {
      Delivery.Key one = ledger.toNewSubscription();
      ledger.add(one, State.RETRYING, null);
      ledger.assignTo("run-1", one, false);
      SampleSubscriptions.allow(ledger.tenant, one.subscriptionId(), 1);
      AttemptContext tried = ledger.tried(one, 1, "run-1");

      List<Object> ends =
          AtOnce.times(
              4,
              which ->
                  () ->
                      switch (which) {
                        case 0 -> ledger.cancel(one, Reason.CANCELLED);
                        case 1 -> deliveries.cancelRun(one.id(), "run-1", Reason.TERMINATED);
                        default -> ledger.record(tried, SampleAttempts.refused()).state();
                      });

      Delivery end = ledger.find(one);
      boolean cancelled = ends.contains(true);
      assertThat(ends.subList(0, 2)).isNotEqualTo(List.of(true, true));
      assertThat(end.state()).isEqualTo(cancelled ? State.CANCELLED : State.FAILED);
      assertThat(ends.subList(2, 4)).endsWith(end.state()).startsWith(end.state());
      assertThat(ledger.attempts(one)).extracting(RecordedAttempt::number).containsExactly(1, 2);
    }
  }

  @Test
  void cancelsADeliveryThatARunHasInHand() {
    ledger.add(key, State.RETRYING, null);
    ledger.assignTo("run-1", key, false);

    assertThat(deliveries.cancelRun(key.id(), "run-0", Reason.TERMINATED)).isFalse();
    assertThat(deliveries.cancelRun(key.id(), "run-1", Reason.TERMINATED)).isTrue();
    assertThat(deliveries.cancelRun(key.id(), "run-1", Reason.TERMINATED)).isFalse();
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.TERMINATED);
  }

  @Test
  void cancelOfAnEventLeavesANewerRound() {
    ledger.add(key, State.RETRYING, null);
    Delivery.Key untouched = ledger.toNewSubscription();
    ledger.add(untouched, State.RETRYING, null);
    ledger.openRound(key);

    assertThat(cancelOfEvent(key, "event-run-1")).isFalse();
    assertThat(cancelOfEvent(untouched, "event-run-1")).isTrue();

    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.find(untouched).state()).isEqualTo(State.CANCELLED);
  }

  @Test
  void cancelOfAnEventByAnEarlierRunLeavesTheRoundsOfItsReset() {
    ledger.add(key, State.RETRYING, null);
    openRounds(key.eventId(), "event-run-2");

    assertThat(cancelOfEvent(key, "event-run-1")).isFalse();
    assertThat(cancelOfEvent(key, "event-run-2")).isTrue();
  }

  private boolean cancelOfEvent(Delivery.Key one, String run) {
    return requireNonNull(
        ledger.node.transaction.execute(
            _ -> node.waiting.cancelOfEvent(one, run, Reason.CANCELLED)));
  }

  @Test
  void cancelledRunEndsDeliveriesItHasInHandOrWouldTakeNext() {
    Delivery.Key inHand = waitingInHand("run-1");
    Delivery.Key notTaken = ledger.toNewSubscription();
    ledger.add(notTaken, State.RETRYING, null);
    Delivery.Key ofAnEarlierRun = waitingInHand("run-0");

    assertThat(cancelledRun(inHand, "run-1", 1)).isTrue();
    assertThat(cancelledRun(notTaken, "run-1", 1)).isTrue();
    assertThat(cancelledRun(ofAnEarlierRun, "run-1", 1)).isTrue();
  }

  @Test
  void cancelledRunLeavesALaterRoundAndALaterRun() {
    Delivery.Key retried = waitingInHand("run-1");
    ledger.openRound(retried);
    Delivery.Key ofALaterRun = waitingInHand("run-2");
    ledger.set(ofALaterRun, "run_since = now() + interval '1 minute'");

    assertThat(cancelledRun(retried, "run-1", 1)).isFalse();
    assertThat(cancelledRun(ofALaterRun, "run-1", 1)).isFalse();
  }

  private boolean cancelledRun(Delivery.Key one, String run, int round) {
    return deliveries.cancelCancelledRun(ledger.tenant, one.id(), run, Instant.now(), round);
  }

  @Test
  void runToldToEndTakesNoNewRound() {
    ledger.add(key, State.RETRYING, null);
    ledger.assignTo("run-1", key, false);
    ledger.cancel(key, Reason.CANCELLED);
    ledger.openRound(key);

    assertThat(ledger.find(key).endedRunId()).isEqualTo("run-1");
    assertThat(deliveries.assignTo("run-1", Instant.now(), ledger.find(key))).isEmpty();
    assertThat(deliveries.assignTo("run-2", Instant.now(), ledger.find(key))).isPresent();
  }

  @Test
  void cancelsForASubscriptionOnlyWhileItIsDisabled() {
    ledger.add(key, State.RETRYING, null);

    assertThat(node.waiting.cancelForInactive(ledger.tenant, key.subscriptionId())).isZero();
    SampleSubscriptions.set(ledger.tenant, key.subscriptionId(), "disabled_reason = 'gone'");
    assertThat(node.waiting.cancelForInactive(ledger.tenant, key.subscriptionId())).isEqualTo(1);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.GONE);
  }

  // Notices.

  @Test
  void notifiesTheRunOfDecisions() {
    Delivery.Key cancelled = waitingInHand("run-1");
    ledger.cancel(cancelled, Reason.CANCELLED);
    Delivery.Key released = waitingInHand("run-2");
    node.waiting.release(ledger.tenant, released.subscriptionId());
    Delivery.Key withoutRun = ledger.toNewSubscription();
    ledger.add(withoutRun, State.RETRYING, null);
    ledger.cancel(withoutRun, Reason.CANCELLED);

    List<Delivery> claimed = noticed();

    assertThat(claimed)
        .extracting(decided -> decided.key().id())
        .containsExactlyInAnyOrder(cancelled.id(), released.id());
    assertThat(noticed()).as("claimed").isEmpty();
    claimed.forEach(node.notices::markSent);
    ledger.set(cancelled, "look_after = null");
    ledger.set(released, "look_after = null");
    assertThat(noticed()).as("sent").isEmpty();
  }

  @Test
  void sendsANoticeAgainInASecond() {
    Delivery.Key one = waitingInHand("run-1");
    node.waiting.release(ledger.tenant, one.subscriptionId());
    Delivery claimed = noticed().getFirst();

    node.transaction.executeWithoutResult( // In which no time passes.
        _ -> {
          node.notices.sendAgain(claimed);
          assertThat(noticed()).isEmpty();
        });

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(noticed()).extracting(Delivery::key).containsExactly(one));
  }

  @Test
  void keepsTheNoticeOfALaterDecision() {
    Delivery.Key one = waitingInHand("run-1");
    node.waiting.release(ledger.tenant, one.subscriptionId());
    Delivery claimed = noticed().getFirst();
    ledger.cancel(one, Reason.CANCELLED);

    node.notices.markSent(claimed);

    assertThat(noticed()).extracting(Delivery::state).containsExactly(State.CANCELLED);
  }

  @Test
  void doesNotNotifyARunThatMadeTheNextAttempt() {
    Delivery.Key one = waitingInHand("run-1");
    node.waiting.release(ledger.tenant, one.subscriptionId());

    ledger.record(ledger.tried(one, 1, "run-1"), SampleAttempts.refused());

    assertThat(noticed()).isEmpty();
  }

  /** Notices of this tenant only, as other tests run at the same time. */
  private List<Delivery> noticed() {
    return node.notices.claim(100).stream()
        .filter(decided -> decided.key().tenant().equals(ledger.tenant))
        .toList();
  }

  private Delivery.Key waitingInHand(String run) {
    Delivery.Key one = ledger.toNewSubscription();
    ledger.add(one, State.RETRYING, null);
    ledger.assignTo(run, one, false);
    return one;
  }

  // Hold and release.

  @Test
  void holdsWaitingDeliveriesAndReleasesThemDueNow() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)));
    ledger.assignTo("run-1", key, false);

    deliveries.hold(key, "run-0");
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    deliveries.hold(key, "run-1");
    assertThat(ledger.find(key).state()).isEqualTo(State.HELD);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.PAUSED);
    assertThat(ledger.find(key).nextAttemptAt()).isNull();

    assertThat(node.waiting.release(ledger.tenant, key.subscriptionId())).isEqualTo(1);
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.find(key).reason()).isNull();
    assertThat(ledger.secondsLeft(key)).isZero();
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"DELIVERED", "FAILED", "CANCELLED"})
  void doesNotHoldAFinishedDelivery(State state) {
    ledger.add(key, state, null);
    ledger.assignTo("run-1", key, false);

    deliveries.hold(key, "run-1");

    assertThat(ledger.find(key).state()).isEqualTo(state);
  }

  @ParameterizedTest
  @EnumSource(names = "PENDING", mode = Mode.EXCLUDE)
  void doesNotReleaseAFinishedDelivery(State state) {
    ledger.add(key, state, state == State.HELD ? Reason.PAUSED : Reason.TERMINATED);
    Delivery before = ledger.find(key);

    int released = node.waiting.release(ledger.tenant, key.subscriptionId());

    assertThat(released).isEqualTo(state.isOver() ? 0 : 1);
    if (state.isOver()) {
      assertThat(ledger.find(key)).isEqualTo(before);
    }
  }

  @Test
  void releasesADeliveryThatIsNotDueForAnHour() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)));

    node.waiting.release(ledger.tenant, key.subscriptionId());

    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.secondsLeft(key)).isZero();
  }

  @Test
  void parkedDeliveryIsDueWhenItsSubscriptionIsEnabled() {
    ledger.add(key, State.RETRYING, null);
    park(key);

    node.waiting.release(ledger.tenant, key.subscriptionId());

    assertThat(ledger.find(key).state()).isEqualTo(State.HELD);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.OUR_FAULT);
    assertThat(ledger.secondsLeft(key)).isZero();
  }

  @Test
  void parksAndPostponesOnlyDeliveriesThatARunHasInHand() {
    ledger.add(key, State.HELD, Reason.PAUSED);
    ledger.assignTo("run-2", key, false);

    node.parked.park(
        ledger.tenant, key.id(), "run-1", Reason.OUR_FAULT, InternalFaults.PARKED_RECHECK);
    node.parked.postpone(ledger.tenant, key.id(), "run-1", Duration.ofSeconds(5));

    assertThat(node.parked.countFault(ledger.tenant, key.id(), "run-1")).isZero();
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.PAUSED);
    assertThat(ledger.find(key).nextAttemptAt()).isNull();
  }

  @Test
  void holdsAParkedDeliveryUntilItsSubscriptionIsEnabled() {
    ledger.add(key, State.RETRYING, null);
    park(key);

    deliveries.hold(key, "run-1");

    assertThat(ledger.find(key).reason()).isEqualTo(Reason.PAUSED);
    assertThat(ledger.find(key).nextAttemptAt()).isNull();
    assertThat(node.waiting.release(ledger.tenant, key.subscriptionId())).isEqualTo(1);
  }

  @Test
  void neverHoldsForeverWhenTheSubscriptionIsEnabledAtOnce() throws Exception {
    for (int i = 0; i < 20; i++) {
      Delivery.Key one = ledger.toNewSubscription();
      ledger.add(one, State.RETRYING, null);
      ledger.assignTo("run-1", one, false);
      SampleSubscriptions.pause(ledger.tenant, one.subscriptionId());

      AtOnce.times(2, which -> () -> which == 0 ? holdIfPaused(one) : enable(one));

      assertThat(ledger.find(one).state()).isEqualTo(State.RETRYING);
    }
  }

  private boolean holdIfPaused(Delivery.Key one) {
    return requireNonNull(
        ledger.node.transaction.execute(_ -> deliveries.holdIfPaused(one, "run-1")));
  }

  /** As the registry does. */
  private boolean enable(Delivery.Key one) {
    return requireNonNull(
        Postgres.transaction()
            .execute(
                _ -> {
                  SampleSubscriptions.set(ledger.tenant, one.subscriptionId(), "enabled = true");
                  return node.waiting.release(ledger.tenant, one.subscriptionId()) == 1;
                }));
  }

  // Overdue.

  @Test
  void claimsEachOverdueDeliveryOnOneNode() throws Exception {
    AcceptedEvent event = ledger.node.accept(ledger.tenant, subscriptions(40));
    List<Delivery.Key> keys = rows(event, State.RETRYING);
    keys.forEach(one -> ledger.set(one, "next_attempt_at = now() - interval '20 seconds'"));

    List<List<Delivery>> claimed = AtOnce.times(8, _ -> () -> node.overdue.claim(1000));

    assertThat(claimed.stream().flatMap(List::stream).map(Delivery::key).filter(keys::contains))
        .containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void claimsOverdueDeliveriesOfTenantsInTurn() {
    Ledger another = new Ledger();
    Delivery.Key one = another.toNewSubscription();
    another.add(one, State.RETRYING, null);
    another.set(one, "next_attempt_at = now() - interval '2 years'");
    Delivery.Key first = overdue("4 years", "run_id = null");
    overdue("3 years", "run_id = null");

    assertThat(node.overdue.claim(2))
        .extracting(Delivery::key)
        .containsExactlyInAnyOrder(first, one);
    node.overdue.claim(1000);
  }

  @Test
  void isOverdueLaterWithAWorkflow() {
    Delivery.Key free = overdue("20 seconds", "run_id = null");
    Delivery.Key sending = overdue("20 seconds", "run_id = 'run-1'");
    Delivery.Key lost = overdue("2 minutes", "run_id = 'run-1'");
    Delivery.Key parked = overdue("2 minutes", "run_id = 'run-1', state = 'held'");
    Delivery.Key soon = overdue("5 seconds", "run_id = null");

    assertThat(node.overdue.claim(1000))
        .extracting(Delivery::key)
        .contains(free, lost, parked)
        .doesNotContain(sending, soon);
  }

  @Test
  void claimsAnOverdueDeliveryOnceUntilItChanges() {
    Delivery.Key one = overdue("2 minutes", "run_id = 'run-1'");
    node.overdue.claim(1000);
    node.overdue.defer(one, Duration.ofMinutes(10));
    assertThat(node.overdue.claim(1000)).extracting(Delivery::key).doesNotContain(one);

    ledger.openRound(one);
    ledger.set(one, "next_attempt_at = now() - interval '20 seconds'");

    assertThat(node.overdue.claim(1000)).extracting(Delivery::key).contains(one);
    node.overdue.releaseClaims();
    assertThat(node.overdue.claim(1000)).extracting(Delivery::key).contains(one);
  }

  @Test
  void backlogIsNotOverdue() {
    Delivery.Key waits = overdue("1 day", "run_id = null, backlogged = true");

    assertThat(node.overdue.claim(1000)).extracting(Delivery::key).doesNotContain(waits);
    assertThat(node.overdue.list(false, 1000)).extracting(Delivery::key).doesNotContain(waits);
    assertThat(node.waiting.withoutWorkflow(ledger.tenant, List.of(waits.id()))).isEmpty();
    assertThat(node.waiting.withoutWorkflow(ledger.tenant, waits.eventId(), null, 10)).isEmpty();
  }

  @Test
  void countsOverdueDeliveriesWithTheirLateness() {
    OverdueDeliveries.Lateness before = node.overdue.lateness();
    overdue("30 seconds", "run_id = null");
    overdue("400 days", "run_id = 'run-1'");

    OverdueDeliveries.Lateness after = node.overdue.lateness();

    assertThat(after.overdue()).isEqualTo(before.overdue() + 1);
    assertThat(after.latest()).isBetween(Duration.ofDays(400), Duration.ofDays(401));
    Postgres.jdbc()
        .sql("delete from deliveries where next_attempt_at < now() - interval '1 year'")
        .update();
  }

  @Test
  void findsOverdueDeliveriesAmongAMillionByIndex() {
    assertThat(
            explain(
                "select count(*) from deliveries where next_attempt_at < now() and not backlogged"))
        .contains("next_attempt_at_idx");
    assertThat(
            explain("select from deliveries where state = 'held' and next_attempt_at is not null"))
        .contains("deliveries_default_tenant_id_idx");
  }

  /** PostgreSQL's plan when sequential scans are disabled. */
  private static String explain(String sql) {
    return requireNonNull(
        Postgres.transaction()
            .execute(
                _ -> {
                  Postgres.jdbc().sql("set local enable_seqscan = off").update();
                  return String.join(
                      "\n", Postgres.jdbc().sql("explain " + sql).query(String.class).list());
                }));
  }

  @Test
  void countsParkedDeliveries() {
    long before = node.parked.count();
    ledger.add(key, State.RETRYING, null);
    park(key);
    ledger.add(ledger.toNewSubscription(), State.HELD, Reason.PAUSED);

    assertThat(node.parked.count()).isEqualTo(before + 1);
  }

  // Disabled and deleted subscriptions.

  @Test
  void cancelsDeliveriesOfGoneAndDeletedSubscriptions() {
    Delivery.Key gone = ledger.toNewSubscription();
    Delivery.Key deleted = ledger.toNewSubscription();
    Delivery.Key paused = ledger.toNewSubscription();
    Stream.of(gone, deleted, paused, key).forEach(one -> ledger.add(one, State.RETRYING, null));
    park(deleted);
    ledger.node.disabling.disable(
        ledger.tenant, gone.subscriptionId(), ledger.receiver(gone).url(), DisabledReason.GONE);
    SampleSubscriptions.delete(ledger.tenant, deleted.subscriptionId());
    SampleSubscriptions.pause(ledger.tenant, paused.subscriptionId());

    assertThat(node.waiting.cancelForInactive()).isGreaterThanOrEqualTo(2);

    assertThat(ledger.find(gone).reason()).isEqualTo(Reason.GONE);
    assertThat(ledger.find(deleted).reason()).isEqualTo(Reason.SUBSCRIPTION_DELETED);
    assertThat(List.of(gone, deleted))
        .allSatisfy(
            one -> {
              assertThat(ledger.find(one).state()).isEqualTo(State.CANCELLED);
              assertThat(ledger.find(one).nextAttemptAt()).isNull();
            });
    assertThat(ledger.find(paused).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  private Delivery.Key overdue(String by, String assignments) {
    Delivery.Key one = ledger.toNewSubscription();
    ledger.add(one, State.RETRYING, null);
    ledger.set(one, "next_attempt_at = now() - interval '%s', %s".formatted(by, assignments));
    return one;
  }

  private void park(Delivery.Key one) {
    ledger.assignTo("run-1", one, false);
    node.parked.park(
        ledger.tenant, one.id(), "run-1", Reason.OUR_FAULT, InternalFaults.PARKED_RECHECK);
  }

  // Rounds.

  @ParameterizedTest
  @EnumSource(names = "PENDING", mode = Mode.EXCLUDE)
  void opensARoundInAnyState(State state) {
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.set(
        key, "state = '%s', reason = 'terminated', run_id = 'run-1'".formatted(state.word()));

    ledger.openRound(key);

    Delivery after = ledger.find(key);
    assertThat(after.state()).isEqualTo(State.RETRYING);
    assertThat(after.reason()).isNull();
    assertThat(after.round()).isEqualTo(2);
    assertThat(after.roundAttempts()).isZero();
    assertThat(after.attemptCount()).isEqualTo(1);
    assertThat(after.runId()).isNull();
    assertThat(ledger.secondsLeft(key)).isZero();
  }

  @Test
  void assignsARunTheCurrentOrTheNextRound() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)));

    Delivery goesOn = ledger.assignTo("run-1", key, false);
    assertThat(goesOn.runId()).isEqualTo("run-1");
    assertThat(goesOn.round()).isEqualTo(1);
    assertThat(ledger.secondsLeft(key)).isPositive();

    Delivery opens = ledger.assignTo("run-2", key, true);
    assertThat(opens.runId()).isEqualTo("run-2");
    assertThat(opens.round()).isEqualTo(2);
    assertThat(opens.roundAttempts()).isZero();
    assertThat(ledger.secondsLeft(key)).isZero();
  }

  @Test
  void isNotAssignedToAnOlderRunThatIsLate() {
    ledger.add(key, State.RETRYING, null);
    ledger.assignTo("run-2", key, false);
    Instant earlier = Instant.now().minusSeconds(60);

    assertThat(passLate("run-1", earlier, false)).isEmpty();
    assertThat(passLate("run-1", earlier, true)).isEmpty();
    assertThat(ledger.find(key).runId()).isEqualTo("run-2");
    assertThat(ledger.find(key).round()).isEqualTo(1);

    ledger.openRound(key); // No run has it in hand, so any run may continue.
    assertThat(passLate("run-1", earlier, false)).isPresent();
  }

  private Optional<Delivery> passLate(String run, Instant since, boolean reset) {
    return requireNonNull(
        ledger.node.transaction.execute(
            _ -> {
              Delivery locked = deliveries.lock(ledger.tenant, key.id()).orElseThrow();
              return reset
                  ? deliveries.assignToReset(run, since, locked)
                  : deliveries.assignTo(run, since, locked);
            }));
  }

  @Test
  void opensRoundsOncePerRunForUndeliveredRecipients() {
    AcceptedEvent event = ledger.node.accept(ledger.tenant, subscriptions(5));
    List<Delivery.Key> keys = rows(event, State.RETRYING);
    ledger.set(keys.get(0), "state = 'delivered'");
    ledger.set(keys.get(1), "state = 'failed', run_id = 'run-1', reason = 'schedule_over'");
    ledger.set(keys.get(2), "state = 'cancelled'");
    ledger.set(keys.get(3), "state = 'held', run_id = 'run-3', reason = 'paused'");

    List<DeliveryId> inHand = openRounds(event.id(), "run-9");

    assertThat(inHand).containsExactly(keys.get(3).id());
    assertThat(ledger.find(keys.get(0)).round()).isEqualTo(1);
    for (Delivery.Key one : keys.subList(1, 5)) {
      Delivery after = ledger.find(one);
      assertThat(after.round()).isEqualTo(2);
      assertThat(after.state()).isEqualTo(State.RETRYING);
      assertThat(after.reason()).isNull();
      assertThat(after.runId()).isNull();
    }

    assertThat(openRounds(event.id(), "run-9")).isEmpty();
    assertThat(ledger.find(keys.get(4)).round()).isEqualTo(2);

    openRounds(event.id(), "run-10");
    assertThat(ledger.find(keys.get(4)).round()).isEqualTo(3);
  }

  @Test
  void opensNoRoundForARowAddedAfterwards() {
    List<SubscriptionId> recipients = subscriptions(2);
    AcceptedEvent event = ledger.node.accept(ledger.tenant, recipients);
    Delivery.Key before = keyOf(event, recipients.getFirst());
    Delivery.Key after = keyOf(event, recipients.getLast());
    ledger.add(before, State.RETRYING, null);
    openRounds(event.id(), "run-9");
    ledger.add(after, State.FAILED, Reason.SCHEDULE_OVER);

    openRounds(event.id(), "run-9"); // Called again, as after the death of this node.

    assertThat(ledger.find(before).round()).isEqualTo(2);
    assertThat(ledger.find(after).round()).isEqualTo(1);
    assertThat(ledger.find(after).state()).isEqualTo(State.FAILED);
  }

  private Delivery.Key keyOf(AcceptedEvent event, SubscriptionId recipient) {
    return new Delivery.Key(ledger.tenant, event.id(), event.type(), recipient);
  }

  @Test
  void opensRoundsOnceUnderConcurrentCalls() throws Exception {
    AcceptedEvent event = ledger.node.accept(ledger.tenant, subscriptions(20));
    List<Delivery.Key> keys = rows(event, State.RETRYING);

    AtOnce.times(8, _ -> () -> openRounds(event.id(), "run-9"));

    assertThat(keys).allSatisfy(one -> assertThat(ledger.find(one).round()).isEqualTo(2));
  }

  @Test
  void losesNoAttemptRecordedWhileRoundsOpen() throws Exception {
    ledger.add(key, State.RETRYING, null);

    AtOnce.times(
        20,
        i ->
            () ->
                i % 2 == 0
                    ? openRounds(key.eventId(), "run-" + i)
                    : ledger.record(ledger.first(key), SampleAttempts.refused()));

    assertThat(ledger.find(key).round()).isEqualTo(11);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(10);
    assertThat(ledger.attempts(key)).hasSize(10);
  }

  // Queries.

  @Test
  void pagesThroughDeliveriesWithoutAWorkflowSortedById() {
    AcceptedEvent event = ledger.node.accept(ledger.tenant, subscriptions(10));
    List<Delivery.Key> keys = rows(event, State.RETRYING);
    ledger.set(keys.get(0), "state = 'delivered'");
    ledger.set(keys.get(1), "run_id = 'run-1'");
    ledger.set(keys.get(2), "state = 'held'");
    List<DeliveryId> expected =
        keys.subList(2, 10).stream()
            .map(Delivery.Key::id)
            .sorted(Comparator.comparing(DeliveryId::toString))
            .toList();

    List<DeliveryId> first = withoutWorkflow(event.id(), null, 5);
    List<DeliveryId> second = withoutWorkflow(event.id(), first.getLast(), 5);

    assertThat(Stream.concat(first.stream(), second.stream())).containsExactlyElementsOf(expected);
    assertThat(withoutWorkflow(event.id(), second.getLast(), 5)).isEmpty();
  }

  @Test
  void distinguishesEventsWithTheSameIdPrefix() {
    EventId one = SampleIds.event();
    EventId other =
        new EventId(new UUID(one.uuid().getMostSignificantBits(), -1L >>> 2 | 1L << 63));
    SubscriptionId subscription = SampleIds.subscription();
    Delivery.Key ofOne = new Delivery.Key(ledger.tenant, one, Node.TYPE, subscription);
    Delivery.Key ofOther = new Delivery.Key(ledger.tenant, other, Node.TYPE, subscription);
    ledger.add(ofOne, State.RETRYING, null);
    ledger.add(ofOther, State.RETRYING, null);

    assertThat(deliveries.of(ledger.tenant, one)).extracting(Delivery::key).containsExactly(ofOne);
    assertThat(withoutWorkflow(other, null, 5)).containsExactly(ofOther.id());
    openRounds(one, "run-1");
    assertThat(ledger.find(ofOne).round()).isEqualTo(2);
    assertThat(ledger.find(ofOther).round()).isEqualTo(1);
  }

  private List<DeliveryId> openRounds(EventId event, String run) {
    return requireNonNull(
        ledger.node.transaction.execute(_ -> node.waiting.openRounds(ledger.tenant, event, run)));
  }

  private List<DeliveryId> withoutWorkflow(EventId event, @Nullable DeliveryId after, int limit) {
    return node.waiting.withoutWorkflow(ledger.tenant, event, after, limit).stream()
        .map(delivery -> delivery.key().id())
        .toList();
  }

  private List<Delivery.Key> rows(AcceptedEvent event, State state) {
    return ledger.node.events.find(ledger.tenant, event.id()).orElseThrow().recipients().stream()
        .map(recipient -> keyOf(event, recipient))
        .peek(one -> ledger.add(one, state, null))
        .toList();
  }

  private static List<SubscriptionId> subscriptions(int count) {
    return Stream.generate(SampleIds::subscription).limit(count).toList();
  }
}
