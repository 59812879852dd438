package dev.homing.activities.backlog;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@OneAtATime
class DrainsTest {
  /** Attempts of another tenant. */
  private static final int CROWD = 100;

  private final Ledger ledger = new Ledger();
  private final Node node = ledger.node;
  @AutoClose private final TestReceiver receiver = new TestReceiver();

  /** Otherwise backlogs of earlier tests are drained as well. */
  @BeforeEach
  void forgetOthers() {
    Postgres.jdbc().sql("delete from standings").update();
  }

  // In good standing.

  @Test
  void sendsAllThatIsDueAndCloses() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 50);

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
    awaitGoodStanding(subscription);
    assertThat(receiver.requests()).isEqualTo(50);
  }

  @Test
  void retriesByTheScheduleOfEachDelivery() {
    SubscriptionId subscription = to("/500");
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();

    node.drains.beginDue();

    await().until(() -> ledger.find(key).attemptCount() == 1);
    awaitIdle();
    Delivery after = ledger.find(key);
    assertThat(after.state()).isEqualTo(State.RETRYING);
    assertThat(after.backlogged()).isTrue();
    assertThat(
            ask(
                Double.class,
                "select extract(epoch from next_attempt_at - updated_at) from deliveries",
                key))
        .isEqualTo(5.0);
    assertThat(ask(Instant.class, "select next_look from standings", subscription))
        .isEqualTo(after.nextAttemptAt());
    assertThat(ledger.attempts(key)).hasSize(1);
  }

  @Test
  void lastAttemptComesWhenTheScheduleHasEndedByTime() {
    Delivery.Key key = ledger.backlog(to("/500"), 1).getFirst();
    ledger.set(key, "retry_until = now()");

    node.drains.beginDue();

    await().until(() -> ledger.find(key).state() == State.FAILED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.SCHEDULE_OVER);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
  }

  @Test
  void schedulesEndAsTheirPolicyWouldHaveEnded() {
    SubscriptionId subscription = to("/ok");
    SampleSubscriptions.allow(ledger.tenant, subscription, 4);

    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();

    // Waits of 5, 10 and 20 seconds.
    assertThat(
            ask(
                Double.class,
                "select extract(epoch from retry_until - updated_at) from deliveries",
                key))
        .isEqualTo(35.0);
  }

  @Test
  void sendsNothingThatWasCancelled() {
    SubscriptionId subscription = to("/ok");
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();
    ledger.cancel(key, Reason.CANCELLED);

    node.drains.beginDue();

    awaitGoodStanding(subscription);
    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
  }

  @Test
  void retryTakesADeliveryOutOfTheBacklog() {
    SubscriptionId subscription = to("/ok");
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();
    ledger.openRound(key);

    node.drains.beginDue();

    awaitGoodStanding(subscription);
    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).backlogged()).isFalse();
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void abortedDeliveryLeavesTheBacklog() {
    SubscriptionId subscription = to("/500/abort-message");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 3);

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.CANCELLED));
    awaitGoodStanding(subscription);
    assertThat(waiting).allMatch(key -> ledger.find(key).reason() == Reason.ABORTED);
    assertThat(receiver.requests()).isEqualTo(3);
  }

  @Test
  void deliveryWithAStatusThatIsNotRetriedLeavesTheBacklog() {
    SubscriptionId subscription = to("/500");
    SampleSubscriptions.retryAllBut(ledger.tenant, subscription, 500);
    List<Delivery.Key> waiting = ledger.backlog(subscription, 3);

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.FAILED));
    assertThat(waiting).allMatch(key -> ledger.find(key).reason() == Reason.NOT_RETRIED);
  }

  @Test
  void receiverThatOptsOutGetsNothingMoreOfItsBacklog() {
    SubscriptionId subscription = to("/500/disable");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 30);

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.CANCELLED));
    awaitGoodStanding(subscription);
    assertThat(waiting).allMatch(key -> ledger.find(key).reason() == Reason.OPTED_OUT);
    // The two at a time that it gets without a success.
    assertThat(receiver.requests()).isLessThan(10);
  }

  @Test
  void failsADeliveryWhosePayloadHasExpired() {
    Delivery.Key key = ledger.backlog(to("/ok"), 1).getFirst();
    Postgres.jdbc()
        .sql("delete from payloads where event_id = :id")
        .param("id", key.eventId().uuid())
        .update();

    node.drains.beginDue();

    await().until(() -> ledger.find(key).state() == State.FAILED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.PAYLOAD_EXPIRED);
  }

  // Its subscription.

  @Test
  void pausedSubscriptionHoldsItsBacklogUntilItIsEnabled() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 2);
    SampleSubscriptions.pause(ledger.tenant, subscription);

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.HELD));
    awaitGoodStanding(subscription);
    assertThat(receiver.requests()).isZero();

    SampleSubscriptions.enable(ledger.tenant, subscription);
    release(subscription);
    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
  }

  @Test
  void enablingPutsManyIntoTheBacklogInsteadOfWakingTheirRuns() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = withRuns(subscription, 21);

    release(subscription);

    assertThat(notices(subscription)).isZero();
    node.drains.beginDue();
    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
  }

  /** One commit releases a limited number, so some are still held when the drain begins. */
  @Test
  void releasesWhatEnablingLeftHeld() {
    SubscriptionId subscription = to("/ok");
    Delivery.Key released = ledger.backlog(subscription, 1).getFirst();
    Delivery.Key backlogged = ledger.backlog(subscription, 1).getFirst();
    ledger.set(backlogged, "state = 'held', reason = 'paused', next_attempt_at = null");
    Delivery.Key inHand = withRuns(subscription, 1).getFirst();

    node.drains.beginDue();

    await()
        .untilAsserted(
            () ->
                assertThat(ledger.states(List.of(released, backlogged, inHand)))
                    .containsOnly(State.DELIVERED));
    awaitGoodStanding(subscription);
  }

  /** A drain that runs already when the subscription is enabled looks again when it is idle. */
  @Test
  void releasesWhatIsHeldMeanwhile() {
    SubscriptionId subscription = to("/ok");
    ledger.backlog(subscription, 1);
    List<Delivery.Key> held = new CopyOnWriteArrayList<>();
    receiver.when(
        "/ok",
        () -> {
          if (held.isEmpty()) {
            held.addAll(withRuns(subscription, 1));
          }
        });

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(held)).containsOnly(State.DELIVERED));
  }

  @Test
  void enablingWakesAFew() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = withRuns(subscription, 20);

    release(subscription);

    assertThat(notices(subscription)).isEqualTo(20);
    assertThat(waiting).noneMatch(key -> ledger.find(key).backlogged());
  }

  private int notices(SubscriptionId subscription) {
    return ask(
        Integer.class, "select count(*) filter (where run_notice) from deliveries", subscription);
  }

  private List<Delivery.Key> withRuns(SubscriptionId subscription, int count) {
    List<Delivery.Key> keys =
        IntStream.range(0, count).mapToObj(_ -> ledger.to(subscription)).toList();
    keys.forEach(
        key -> {
          node.deliveries.add(key, State.HELD, Reason.PAUSED);
          ledger.set(key, "run_id = 'run'");
        });
    return keys;
  }

  private void release(SubscriptionId subscription) {
    node.transaction.executeWithoutResult(_ -> node.waiting.release(ledger.tenant, subscription));
  }

  @Test
  void deletedSubscriptionCancelsItsBacklog() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 2);
    SampleSubscriptions.delete(ledger.tenant, subscription);

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.CANCELLED));
    assertThat(receiver.requests()).isZero();
  }

  @Test
  void unreadableSubscriptionParksItsBacklog() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 2);
    SampleSubscriptions.breakSecret(ledger.tenant, subscription);

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.HELD));
    awaitIdle();
    assertThat(ledger.find(waiting.getFirst()).reason()).isEqualTo(Reason.UNREADABLE);
    assertThat(pause(subscription)).isBetween(3_500.0, 3_600.0);
  }

  // In trouble.

  @Test
  void opensAfterFiveFailuresInARow() {
    SubscriptionId subscription = to("/503");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 30);

    node.drains.beginDue();

    await().until(() -> state(subscription) == Standing.State.OPEN);
    node.drains.shutdown();
    awaitIdle();
    // Two at a time without a success, and a probe each second until the drain stops.
    assertThat(receiver.requests()).isBetween(5, 15);
    assertThat(waiting.stream().filter(key -> ledger.find(key).attemptCount() == 0).count())
        .isBetween(15L, 25L);
  }

  @Test
  void openBreakerIsProbedByOneDelivery() {
    SubscriptionId subscription = to("/503");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 10);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");
    ageStanding(subscription, "5 minutes");

    node.drains.beginDue();

    await().until(() -> receiver.requests() == 1);
    awaitIdle();
    // A tenth of the time since it opened, up to a fifth earlier.
    assertThat(pause(subscription)).isBetween(24.0, 32.0);
    assertThat(receiver.requests()).isEqualTo(1);
    assertThat(ledger.find(waiting.getFirst()).attemptCount()).isEqualTo(1);
    assertThat(ledger.find(waiting.getLast()).attemptCount()).isZero();
  }

  /** It looked last when nothing was due, and was to look again in an hour. */
  @Test
  void openBreakerIsProbedWithADeliveryThatIsDueSooner() {
    SubscriptionId subscription = to("/ok");
    Delivery.Key late = waitsForAnHour(subscription);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");
    node.drains.beginDue();
    awaitIdle();
    assertThat(pause(subscription)).isGreaterThan(3_500);
    assertThat(receiver.requests()).isZero();

    Delivery.Key due = ledger.backlog(subscription, 1).getFirst();
    node.drains.beginDue();

    await().until(() -> ledger.find(due).state() == State.DELIVERED);
    assertThat(ledger.find(late).attemptCount()).isZero();
  }

  @Test
  void openBreakerIsNotProbedSoonerForADeliveryThatIsAdded() {
    SubscriptionId subscription = to("/503");
    ledger.backlog(subscription, 1);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");
    ageStanding(subscription, "5 minutes");
    node.drains.beginDue();
    awaitIdle();
    Instant next = nextLook(subscription);

    ledger.backlog(subscription, 10);

    assertThat(nextLook(subscription)).isEqualTo(next);
    assertThat(receiver.requests()).isOne();
  }

  private Instant nextLook(SubscriptionId subscription) {
    return ask(Instant.class, "select next_look from standings", subscription);
  }

  private Delivery.Key waitsForAnHour(SubscriptionId subscription) {
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();
    ledger.set(key, "next_attempt_at = now() + interval '1 hour'");
    return key;
  }

  @Test
  void openBreakerDoesNotKeepLastAttemptsBack() {
    SubscriptionId subscription = to("/503");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 3);
    waiting.forEach(key -> ledger.set(key, "retry_until = now()"));
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.FAILED));
  }

  /** More than are sent at a time, behind others that were due before. */
  @Test
  void openBreakerEndsAllWhoseScheduleIsOver() {
    SubscriptionId subscription = to("/503");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 75);
    waiting
        .subList(0, 30)
        .forEach(key -> ledger.set(key, "next_attempt_at = now() - interval '1 minute'"));
    List<Delivery.Key> over = waiting.subList(30, 75);
    over.forEach(key -> ledger.set(key, "retry_until = now()"));
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");
    ageStanding(subscription, "1 hour");

    await()
        .untilAsserted(
            () -> {
              node.drains.beginDue();
              assertThat(ledger.states(over)).containsOnly(State.FAILED);
            });

    awaitIdle();
    assertThat(over).allMatch(key -> ledger.find(key).attemptCount() == 1);
    // One probe, and one more if another drain went on.
    assertThat(receiver.requests()).isBetween(46, 48);
    assertThat(pause(subscription)).isGreaterThan(200);
  }

  @Test
  void closesAfterAProbeAndARampSucceeded() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 100);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
    awaitGoodStanding(subscription);
    assertThat(receiver.requests()).isEqualTo(100);
  }

  @Test
  void closesForAReceiverThatShedsAThirdOfItsLoad() {
    SubscriptionId subscription = to("/sheds");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 60);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");
    ageStanding(subscription, "1 hour");

    node.drains.beginDue();

    await().until(() -> state(subscription) == Standing.State.CLOSED);
    assertThat(waiting.stream().filter(key -> ledger.find(key).state() == State.DELIVERED))
        .hasSizeGreaterThan(10);
  }

  @Test
  void opensAgainIfTheRampIsNotAnswered() {
    SubscriptionId subscription = to("/503");
    ledger.backlog(subscription, 10);
    node.knownStandings.hold(key(subscription), "503", Duration.ofMillis(1));

    node.drains.beginDue();

    await().until(() -> state(subscription) == Standing.State.OPEN);
  }

  @Test
  void probesWithWhatWasTriedBefore() {
    SubscriptionId subscription = to("/refuses-first");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 10);
    Delivery.Key tried = waiting.getLast();
    ledger.set(tried, "attempt_count = 1");
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.find(tried).state()).isEqualTo(State.DELIVERED));
    assertThat(receiver.attempts().getFirst()).isEqualTo("2");
  }

  @Test
  void deliversToAReceiverThatRefusesTheFirstAttemptOfEach() {
    SubscriptionId subscription = to("/refuses-first");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 30);

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              node.drains.beginDue();
              assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED);
            });
  }

  @Test
  void refusedProbeShowsThatTheReceiverAnswers() {
    SubscriptionId subscription = to("/500");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 10);
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");

    node.drains.beginDue();

    await().until(() -> state(subscription) == Standing.State.CLOSED);
    awaitIdle();
    assertThat(waiting).allMatch(each -> ledger.find(each).attemptCount() == 1);
  }

  @Test
  void retryAfterHoldsTheWholeSubscription() {
    SubscriptionId subscription = to("/429");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 30);

    node.drains.beginDue();

    await().until(() -> state(subscription) == Standing.State.HELD);
    node.drains.shutdown();
    awaitIdle();
    assertThat(receiver.requests()).isLessThan(10);
    assertThat(ledger.find(waiting.getLast()).attemptCount()).isZero();
    assertThat(
            ask(
                Double.class,
                "select extract(epoch from held_until - changed_at) from standings",
                subscription))
        .isBetween(3_500.0, 4_320.0);
  }

  @Test
  void holdEndsWithARamp() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 10);
    node.knownStandings.hold(key(subscription), "429", Duration.ofMillis(200));

    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
    awaitGoodStanding(subscription);
  }

  @Test
  void holdOfABacklogThatIsDueLaterEndsForADeliveryThatIsDueSooner() {
    SubscriptionId subscription = to("/ok");
    waitsForAnHour(subscription);
    node.knownStandings.hold(key(subscription), "429", Duration.ofMinutes(10));
    node.drains.beginDue();
    awaitIdle();
    assertThat(pause(subscription)).isGreaterThan(3_500);

    ledger.backlog(subscription, 1);

    assertThat(pause(subscription)).isBetween(500.0, 600.0);
  }

  @Test
  void holdThatComesInARampIsKept() {
    SubscriptionId subscription = to("/429");
    ledger.backlog(subscription, 10);
    node.knownStandings.hold(key(subscription), "429", Duration.ofMillis(200));

    node.drains.beginDue();

    await().until(() -> receiver.requests() == 1);
    awaitIdle();
    assertThat(receiver.requests()).isEqualTo(1);
    assertThat(state(subscription)).isEqualTo(Standing.State.HELD);
  }

  /** Each wait of an hour is longer than the whole schedule. */
  @Test
  void waitsThatItsReceiverAsksForCostADeliveryNoAttempts() {
    SubscriptionId subscription = to("/500/later");
    SampleSubscriptions.allow(ledger.tenant, subscription, 4);
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();

    for (int attempt = 1; attempt <= 4; attempt++) {
      int made = attempt;
      passTimeUntilDue(key);
      node.drains.beginDue();
      await().until(() -> ledger.find(key).attemptCount() == made);
      awaitIdle();
    }

    assertThat(ledger.find(key).state()).isEqualTo(State.FAILED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.SCHEDULE_OVER);
  }

  @Test
  void holdsCostADeliveryNoAttempts() {
    SubscriptionId subscription = to("/500");
    SampleSubscriptions.allow(ledger.tenant, subscription, 4);
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();
    node.knownStandings.hold(key(subscription), "429", Duration.ofMinutes(30));
    node.knownStandings.hold(key(subscription), "429", Duration.ofHours(1));
    ledger.set(key, "retry_until = retry_until - interval '1 hour'");
    Postgres.jdbc().sql("update standings set held_until = now(), changed_at = now()").update();
    node.knownStandings.refresh();

    node.drains.beginDue();

    await().until(() -> ledger.find(key).attemptCount() == 1);
    awaitIdle();
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);

    ledger.set(key, "retry_until = retry_until - interval '1 minute'");
    passTimeUntilDue(key);
    node.drains.beginDue();

    await().until(() -> ledger.find(key).state() == State.FAILED);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(2);
  }

  @Test
  void holdThatComesBeforeTheBacklogCostsNoAttempts() {
    SubscriptionId subscription = to("/500");
    SampleSubscriptions.allow(ledger.tenant, subscription, 4);
    node.knownStandings.hold(key(subscription), "429", Duration.ofHours(1));
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();
    ledger.set(key, "retry_until = retry_until - interval '1 hour'");
    Postgres.jdbc().sql("update standings set held_until = now(), changed_at = now()").update();
    node.knownStandings.refresh();

    node.drains.beginDue();

    await().until(() -> ledger.find(key).attemptCount() == 1);
    awaitIdle();
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void holdsMakeNoAttemptTheLastOne() {
    SubscriptionId subscription = to("/503");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 3);
    waiting.forEach(key -> ledger.set(key, "retry_until = now() - interval '1 minute'"));
    node.knownStandings.open(key(subscription), Standing.Reason.UNAVAILABLE, "503");
    Postgres.jdbc().sql("update standings set held_for = interval '1 hour'").update();
    ageStanding(subscription, "5 minutes");

    node.drains.beginDue();

    await().until(() -> receiver.requests() == 1);
    awaitIdle();
    assertThat(receiver.requests()).isEqualTo(1);
    assertThat(ledger.states(waiting)).containsOnly(State.RETRYING);
  }

  @Test
  void holdsAreForgottenOnceNothingWaits() {
    SubscriptionId subscription = to("/ok");
    ledger.backlog(subscription, 1);
    node.knownStandings.hold(key(subscription), "429", Duration.ofMillis(200));

    node.drains.beginDue();

    awaitGoodStanding(subscription);
    assertThat(ask(Boolean.class, "select held_for = '0' from standings", subscription)).isTrue();
  }

  /** As if the time until its next attempt had passed. */
  private void passTimeUntilDue(Delivery.Key key) {
    ledger.set(
        key, "retry_until = retry_until - (next_attempt_at - now()), next_attempt_at = now()");
    Postgres.jdbc().sql("update standings set next_look = now()").update();
  }

  @Test
  void hangingReceiverOpensTheBreaker() {
    SubscriptionId subscription = to("/hangs");
    ledger.backlog(subscription, 5);

    node.drains.beginDue();

    await().until(() -> state(subscription) == Standing.State.OPEN);
    assertThat(node.knownStandings.find(key(subscription)))
        .hasValueSatisfying(
            standing -> assertThat(standing.reason()).isEqualTo(Standing.Reason.HANGS));
    assertThat(receiver.requests()).isEqualTo(2);
  }

  @Test
  void otherNodesLearnOfAStanding() {
    Node other = new Node();
    SubscriptionId subscription = to("/ok");
    node.knownStandings.open(key(subscription), Standing.Reason.HANGS, null);
    assertThat(other.knownStandings.isExclusive(ledger.tenant, subscription)).isFalse();

    other.knownStandings.refresh();
    assertThat(other.knownStandings.isExclusive(ledger.tenant, subscription)).isTrue();

    node.knownStandings.change(key(subscription), Standing.State.CLOSED);
    other.knownStandings.refresh();
    assertThat(other.knownStandings.isExclusive(ledger.tenant, subscription)).isFalse();
  }

  // Beside others.

  @Test
  void backlogIsNotBehindThoseOfAnotherTenant() {
    Node few = new Node(4);
    Ledger crowd = new Ledger(few);
    for (int i = 0; i < CROWD / 2; i++) {
      crowd.backlog(SampleSubscriptions.active(crowd.tenant, receiver.url("/hangs")), 2);
    }
    few.drains.beginDue();
    await().until(() -> few.limits.waiting() + receiver.requests() == CROWD);
    AtomicInteger before = new AtomicInteger();
    receiver.when("/one", () -> before.set(receiver.requests() - 1));
    ledger.backlog(to("/one"), 1);
    few.drains.beginDue();
    await().until(() -> few.limits.waiting() + receiver.requests() == CROWD + 1);

    receiver.answer();

    await().until(() -> receiver.requests() == CROWD + 1);
    assertThat(before.get()).isBetween(2, CROWD / 4);
  }

  @Test
  void backlogsOfATenantLeavePlacesToThoseOfAnother() {
    Drains few = new Drains(node.drainParts, 4);
    Ledger crowd = new Ledger(node);
    for (int i = 0; i < 10; i++) {
      crowd.backlog(SampleSubscriptions.active(crowd.tenant, receiver.url("/hangs")), 1);
    }
    few.beginDue();
    assertThat(few.running()).isLessThanOrEqualTo(2);
    few.beginDue();
    await().until(() -> receiver.requests("/hangs") == 3);
    ledger.backlog(to("/one"), 1);

    few.beginDue();

    await().until(() -> receiver.requests("/one") == 1);
    assertThat(receiver.requests("/hangs")).isEqualTo(3);
  }

  // Beside a workflow.

  @Test
  void leavesABacklogThatItMayNotDrain() {
    SubscriptionId subscription = to("/one");
    Delivery.Key waiting = withWorkflow(subscription);

    node.drains.beginIf(key(subscription), () -> false);

    drainAnother();
    assertThat(receiver.requests("/one")).isZero();
    await()
        .until(
            () -> {
              node.drains.beginIf(key(subscription), () -> true);
              return ledger.find(waiting).state() == State.DELIVERED;
            });
  }

  @Test
  void asksOnceAtATimeWhetherItMayDrain() {
    SubscriptionId subscription = to("/one");
    Delivery.Key waiting = withWorkflow(subscription);
    AtomicInteger asked = new AtomicInteger();
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    BooleanSupplier mayDrain =
        () -> {
          asked.incrementAndGet();
          return answer.join();
        };

    node.drains.beginIf(key(subscription), mayDrain);
    node.drains.beginIf(key(subscription), mayDrain);

    drainAnother();
    assertThat(asked).hasValue(1);
    assertThat(receiver.requests("/one")).isZero();
    answer.complete(true);
    await().until(() -> ledger.find(waiting).state() == State.DELIVERED);
  }

  /** A delivery in a backlog whose workflow has it in hand. */
  private Delivery.Key withWorkflow(SubscriptionId subscription) {
    Delivery.Key key = ledger.backlog(subscription, 1).getFirst();
    new BacklogRuns(Postgres.jdbc(), node.transaction).started(key(subscription), "run");
    return key;
  }

  /** Takes longer than what began before. */
  private void drainAnother() {
    List<Delivery.Key> waiting = ledger.backlog(to("/another"), 20);
    node.drains.beginDue();
    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
  }

  // Several nodes.

  @Test
  void oneNodeDrainsABacklog() throws Exception {
    List<Node> nodes = IntStream.range(0, 4).mapToObj(_ -> new Node()).toList();
    List<Delivery.Key> waiting = ledger.backlog(to("/ok"), 300);

    AtOnce.times(4, i -> Executors.callable(() -> nodes.get(i).drains.beginDue()));

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
    assertThat(receiver.requests()).isEqualTo(300);
  }

  @Test
  void backlogOfANodeThatDiedIsDrainedByAnother() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 3);
    new DrainLeases(Postgres.jdbc(), node.transaction).claimDue(1_000);
    node.drains.beginDue();
    assertThat(node.drains.running()).isZero();

    Postgres.jdbc().sql("update standings set leased_until = now()").update();
    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
  }

  @Test
  void stopInterruptsAttemptsUnderWay() {
    SubscriptionId subscription = to("/hangs");
    ledger.backlog(subscription, 1);
    node.drains.beginDue();
    await().until(() -> receiver.requests() == 1);

    node.drains.shutdownNow();

    await().atMost(Duration.ofSeconds(5)).until(() -> node.drains.running() == 0);
    assertThat(ask(Boolean.class, "select leased_by is null from standings", subscription))
        .isTrue();
  }

  /** Otherwise the delivery would never be looked at. */
  @Test
  void backlogStaysOpenForADeliveryThatIsBeingAdded() {
    SubscriptionId subscription = to("/ok");
    ledger.backlog(subscription, 1).forEach(key -> ledger.cancel(key, Reason.CANCELLED));
    DrainLeases leases = new DrainLeases(Postgres.jdbc(), node.transaction);
    DrainLeases.Lease lease = leases.claimDue(1).getFirst();
    Delivery.Key added = ledger.to(subscription);
    AtomicReference<@Nullable Thread> closing = new AtomicReference<>();

    node.transaction.executeWithoutResult(
        _ -> {
          node.standings.expect(List.of(key(subscription)), List.of(Duration.ZERO));
          closing.set(Thread.startVirtualThread(() -> leases.giveBack(lease, null)));
          int backend = Postgres.backend();
          await().until(() -> Postgres.waitingFor(backend) == 1);
          node.deliveries.add(added, State.RETRYING, null);
          ledger.set(added, "backlogged = true");
        });
    await().until(() -> !requireNonNull(closing.get()).isAlive());

    assertThat(ask(Boolean.class, "select next_look is not null from standings", subscription))
        .isTrue();
  }

  @Test
  void drainsABacklogThatIsLockedWhenItIsLookedAt() {
    SubscriptionId subscription = to("/ok");
    List<Delivery.Key> waiting = ledger.backlog(subscription, 1);

    node.transaction.executeWithoutResult(
        _ -> {
          node.standings.expect(List.of(key(subscription)), List.of(Duration.ZERO));
          int backend = Postgres.backend();
          Thread.startVirtualThread(node.drains::beginDue);
          await().until(() -> Postgres.waitingFor(backend) == 1);
        });

    await().untilAsserted(() -> assertThat(ledger.states(waiting)).containsOnly(State.DELIVERED));
  }

  private SubscriptionId to(String path) {
    return SampleSubscriptions.active(ledger.tenant, receiver.url(path));
  }

  private SubscriptionKey key(SubscriptionId subscription) {
    return new SubscriptionKey(ledger.tenant, subscription);
  }

  private Standing.@Nullable State state(SubscriptionId subscription) {
    return node.standings.find(key(subscription)).map(Standing::state).orElse(null);
  }

  private void awaitGoodStanding(SubscriptionId subscription) {
    await().until(() -> node.standings.find(key(subscription)).equals(Optional.empty()));
  }

  private void awaitIdle() {
    await().until(() -> node.drains.running() == 0);
  }

  /** The time from when the lease was given back until its backlog is looked at, in seconds. */
  private double pause(SubscriptionId subscription) {
    return ask(
        Double.class,
        "select extract(epoch from next_look - changed_at) from standings",
        subscription);
  }

  private void ageStanding(SubscriptionId subscription, String age) {
    Postgres.jdbc()
        .sql("update standings set since = now() - cast(:age as interval), changed_at = now()")
        .param("age", age)
        .update();
    node.knownStandings.refresh();
    assertThat(state(subscription)).isEqualTo(Standing.State.OPEN);
  }

  private <T> T ask(Class<T> type, String sql, SubscriptionId subscription) {
    return Postgres.jdbc()
        .sql(sql + " where subscription_id = :id")
        .param("id", subscription.uuid())
        .query(type)
        .single();
  }

  private <T> T ask(Class<T> type, String sql, Delivery.Key key) {
    return Postgres.jdbc()
        .sql(sql + " where id = :id")
        .param("id", key.id().uuid())
        .query(type)
        .single();
  }
}
