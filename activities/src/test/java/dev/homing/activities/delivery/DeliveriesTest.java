package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Node;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class DeliveriesTest {
  private final Ledger ledger = new Ledger();
  private final Deliveries deliveries = ledger.node.deliveries;
  private final Delivery.Key key = ledger.toNewSubscription();

  // Its row.

  @Test
  void hasOneRowHoweverManyWriteIt() throws Exception {
    AtOnce.times(10, _ -> () -> ledger.add(key, State.RETRYING, null));

    assertThat(deliveries.of(ledger.tenant, key.eventId())).hasSize(1);
    assertThat(ledger.find(key).round()).isEqualTo(1);
    assertThat(ledger.find(key).attemptCount()).isZero();
  }

  @Test
  void keepsTheRowThatIsThere() {
    ledger.add(key, State.CANCELLED, "gone");

    assertThat(ledger.add(key, State.RETRYING, null).state()).isEqualTo(State.CANCELLED);
  }

  @Test
  void isDueAtOnceWhenItWaitsAndHasNoTimeOtherwise() {
    assertThat(ledger.add(key, State.RETRYING, null).nextAttemptAt()).isNotNull();
    assertThat(ledger.secondsLeft(key)).isZero();

    Delivery.Key held = ledger.toNewSubscription();
    assertThat(ledger.add(held, State.HELD, "paused").nextAttemptAt()).isNull();
    assertThat(deliveries.untilDue(ledger.find(held))).isEqualTo(Duration.ZERO);
  }

  @Test
  void knowsHowLongItIsUntilItIsDue() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(10)));

    assertThat(deliveries.untilDue(ledger.find(key)))
        .isBetween(Duration.ofHours(11).minusSeconds(5), Duration.ofHours(11));

    ledger.set(key, "next_attempt_at = now() - interval '1 hour'");
    assertThat(deliveries.untilDue(ledger.find(key))).isNegative();
  }

  @Test
  void isNobodyElses() {
    ledger.add(key, State.RETRYING, null);
    Tenant other = Postgres.newTenant();

    assertThat(deliveries.find(other, key.id())).isEmpty();
    assertThat(deliveries.of(other, key.eventId())).isEmpty();
    assertThat(deliveries.cancelWaiting(other, key.subscriptionId(), "cancelled")).isZero();
    assertThat(deliveries.releaseHeld(other, key.subscriptionId())).isZero();
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  // Cancel.

  @Test
  void writesTheRowOfAPendingDeliveryThatIsCancelled() {
    assertThat(ledger.cancel(key, "cancelled")).isTrue();

    Delivery cancelled = ledger.find(key);
    assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
    assertThat(cancelled.reason()).isEqualTo("cancelled");
    assertThat(cancelled.attemptCount()).isZero();
    assertThat(ledger.node.open.isOpen(new AcceptedEvent(ledger.tenant, key.eventId(), "", 1)))
        .isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"RETRYING", "HELD"})
  void cancelsWhatWaits(State state) {
    ledger.add(key, state, null);

    assertThat(ledger.cancel(key, "cancelled")).isTrue();

    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(key).nextAttemptAt()).isNull();
  }

  @ParameterizedTest
  @EnumSource(names = {"DELIVERED", "FAILED", "CANCELLED"})
  void cancelsNothingThatIsOver(State state) {
    ledger.add(key, state, "before");

    assertThat(ledger.cancel(key, "cancelled")).isFalse();

    assertThat(ledger.find(key).state()).isEqualTo(state);
    assertThat(ledger.find(key).reason()).isEqualTo("before");
  }

  @Test
  void isCancelledOnceOrDeliveredWhenBothComeAtOnce() throws Exception {
    AtOnce.times(
        2,
        i ->
            () ->
                i == 0
                    ? ledger.cancel(key, "cancelled")
                    : ledger.record(ledger.first(key), SampleAttempts.delivered()));

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.attempts(key)).hasSize(1);
  }

  @Test
  void cancelsWhatARunStillHasInHand() {
    ledger.add(key, State.RETRYING, null);
    ledger.passTo("run-1", key, false);

    assertThat(deliveries.cancelRun(key.id(), "run-0", "terminated")).isFalse();
    assertThat(deliveries.cancelRun(key.id(), "run-1", "terminated")).isTrue();
    assertThat(deliveries.cancelRun(key.id(), "run-1", "terminated")).isFalse();
    assertThat(ledger.find(key).reason()).isEqualTo("terminated");
  }

  @Test
  void cancelsWhatWaitsOfOneEventOnly() {
    AcceptedEvent event = ledger.node.accept(ledger.tenant, subscriptions(3));
    List<Delivery.Key> keys = rows(event, State.RETRYING);
    ledger.set(keys.getFirst(), "state = 'delivered'");
    ledger.add(key, State.RETRYING, null);

    assertThat(deliveries.cancelWaiting(ledger.tenant, event.id(), "cancelled")).isEqualTo(2);

    assertThat(deliveries.counts(ledger.tenant, event.id()))
        .isEqualTo(Map.of(State.DELIVERED, 1L, State.CANCELLED, 2L));
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  // Hold and release.

  @Test
  void holdsWhatWaitsAndReleasesItDueNow() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)));

    deliveries.hold(key, "paused");
    assertThat(ledger.find(key).state()).isEqualTo(State.HELD);
    assertThat(ledger.find(key).reason()).isEqualTo("paused");
    assertThat(ledger.find(key).nextAttemptAt()).isNull();

    assertThat(deliveries.releaseHeld(ledger.tenant, key.subscriptionId())).isEqualTo(1);
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.find(key).reason()).isNull();
    assertThat(ledger.secondsLeft(key)).isZero();
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"DELIVERED", "FAILED", "CANCELLED"})
  void holdsNothingThatIsOver(State state) {
    ledger.add(key, state, null);

    deliveries.hold(key, "paused");

    assertThat(ledger.find(key).state()).isEqualTo(state);
  }

  @ParameterizedTest
  @EnumSource(names = "PENDING", mode = Mode.EXCLUDE)
  void releasesOnlyWhatIsHeld(State state) {
    ledger.add(key, state, "reason");
    Delivery before = ledger.find(key);

    int released = deliveries.releaseHeld(ledger.tenant, key.subscriptionId());

    assertThat(released).isEqualTo(state == State.HELD ? 1 : 0);
    if (state != State.HELD) {
      assertThat(ledger.find(key)).isEqualTo(before);
    }
  }

  // Rounds.

  @ParameterizedTest
  @EnumSource(names = "PENDING", mode = Mode.EXCLUDE)
  void opensARoundWhateverTheStateIs(State state) {
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.set(key, "state = '%s', reason = 'before', run_id = 'run-1'".formatted(state.word()));

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
  void passesToARunWithTheRoundItHasOrTheNext() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)));

    Delivery goesOn = ledger.passTo("run-1", key, false);
    assertThat(goesOn.runId()).isEqualTo("run-1");
    assertThat(goesOn.round()).isEqualTo(1);
    assertThat(ledger.secondsLeft(key)).isPositive();

    Delivery opens = ledger.passTo("run-2", key, true);
    assertThat(opens.runId()).isEqualTo("run-2");
    assertThat(opens.round()).isEqualTo(2);
    assertThat(opens.roundAttempts()).isZero();
    assertThat(ledger.secondsLeft(key)).isZero();
  }

  @Test
  void opensRoundsOnceInARunForWhatIsNotDelivered() {
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
  void opensRoundsOnceAlsoWhenAskedAtOnce() throws Exception {
    AcceptedEvent event = ledger.node.accept(ledger.tenant, subscriptions(20));
    List<Delivery.Key> keys = rows(event, State.RETRYING);

    AtOnce.times(8, _ -> () -> openRounds(event.id(), "run-9"));

    assertThat(keys).allSatisfy(one -> assertThat(ledger.find(one).round()).isEqualTo(2));
  }

  @Test
  void losesNoAttemptThatIsRecordedWhileRoundsOpen() throws Exception {
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

  // What asks.

  @Test
  void pagesThroughWhatNoWorkflowHasInHandInTheOrderOfIds() {
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
  void tellsEventsApartWhoseIdsBeginAlike() {
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
    deliveries.cancelWaiting(ledger.tenant, one, "cancelled");
    assertThat(ledger.find(ofOther).round()).isEqualTo(1);
    assertThat(ledger.find(ofOther).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void listsByEachFilterNewestFirst() {
    SubscriptionId subscription = SampleSubscriptions.active(ledger.tenant, "http://a.test/");
    Delivery.Key waiting = ledger.to(subscription);
    ledger.add(waiting, State.RETRYING, null);
    Delivery.Key failed = ledger.to(subscription);
    ledger.add(failed, State.FAILED, "schedule_over");
    ledger.add(key, State.FAILED, "schedule_over");

    assertThat(list(null, subscription, null, null)).containsExactlyInAnyOrder(waiting, failed);
    assertThat(list(State.FAILED, subscription, null, null)).containsExactly(failed);
    assertThat(list(State.FAILED, null, null, null)).containsExactlyInAnyOrder(failed, key);
    assertThat(list(null, null, key.eventId(), null)).containsExactly(key);
    assertThat(list(null, null, null, Node.TYPE)).hasSize(3);
    assertThat(list(null, null, null, "other.type")).isEmpty();
  }

  private List<Delivery.Key> list(
      @Nullable State state,
      @Nullable SubscriptionId subscription,
      @Nullable EventId event,
      @Nullable String type) {
    return deliveries
        .list(
            ledger.tenant,
            new Deliveries.Filter(
                state, subscription, event, type, new UUID(0, 0), new UUID(-1, -1)),
            10)
        .stream()
        .map(Delivery::key)
        .toList();
  }

  private List<DeliveryId> openRounds(EventId event, String run) {
    return requireNonNull(
        ledger.node.transaction.execute(_ -> deliveries.openRounds(ledger.tenant, event, run)));
  }

  private List<DeliveryId> withoutWorkflow(EventId event, @Nullable DeliveryId after, int limit) {
    return deliveries.withoutWorkflow(ledger.tenant, event, after, limit).stream()
        .map(delivery -> delivery.key().id())
        .toList();
  }

  private List<Delivery.Key> rows(AcceptedEvent event, State state) {
    return ledger.node.events.find(ledger.tenant, event.id()).orElseThrow().recipients().stream()
        .map(recipient -> new Delivery.Key(ledger.tenant, event.id(), event.type(), recipient))
        .peek(one -> ledger.add(one, state, null))
        .toList();
  }

  private static List<SubscriptionId> subscriptions(int count) {
    return Stream.generate(SampleIds::subscription).limit(count).toList();
  }
}
