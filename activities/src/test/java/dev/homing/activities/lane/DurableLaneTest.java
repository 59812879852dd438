package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Execution;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.WatchedDatabase;
import dev.homing.activities.delivery.BrokenTable;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.outbound.SampleEgress;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.DisabledReason;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.LaterAttempts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@OneAtATime
class DurableLaneTest {
  private static final Execution FIRST = Execution.in("run-1");

  private final Ledger ledger = new Ledger();
  private final TestReceiver receiver = new TestReceiver();

  @AfterEach
  void close() {
    receiver.close();
  }

  // Sending when due.

  @Test
  void sendsNothingBeforeItIsDueInTheFirstExecutionOfARun() {
    Delivery.Key key = waiting("/ok", Duration.ofHours(1));

    ApplicationFailure waits = failure(FIRST, key);

    assertThat(receiver.requests()).isZero();
    assertThat(waits.getOriginalMessage()).isEqualTo("attempt 1 of 20: 500 in 120 ms");
    assertThat(waits.getNextRetryDelay()).isBetween(Duration.ofMinutes(65), Duration.ofMinutes(66));
    assertThat(ledger.find(key).runId()).isEqualTo("run-1");
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
  }

  @Test
  void sendsInTheFirstExecutionWhenItIsDue() {
    Delivery.Key key = waiting("/ok");

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(receiver.attempts()).containsExactly("2");
  }

  @Test
  void sendsInEveryLaterExecutionThatIsDue() {
    Delivery.Key key = waiting("/503", Duration.ofHours(1));
    failure(FIRST, key);

    ledger.makeDue(key);
    failure(FIRST.next(), key);
    ledger.makeDue(key);
    failure(FIRST.next().next(), key);

    assertThat(receiver.attempts()).containsExactly("2", "3");
    assertThat(ledger.find(key).attemptCount()).isEqualTo(3);
  }

  @Test
  void sendsNothingEarlyAfterAnInterruptedFirstExecution() {
    Delivery.Key key = waiting("/503", Duration.ofHours(1));
    ledger.assignTo("run-1", key, false);

    ApplicationFailure waits = failure(FIRST.next(), key);

    assertThat(waits.getNextRetryDelay()).isGreaterThan(Duration.ofMinutes(55));
    assertThat(receiver.requests()).isZero();
  }

  @Test
  void sendsNothingIfItIsCancelledWhileItIsLookedAt() {
    WatchedDatabase database = new WatchedDatabase();
    Node node = new Node(Duration.ofMinutes(5), database);
    Delivery.Key key = waiting("/ok", Duration.ofHours(1));
    WaitingDelivery waiting = DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key));
    database.afterEach(
        sql -> {
          if (sql.contains("sealed_secret")) {
            ledger.cancel(key, Reason.CANCELLED);
          }
        });

    ApplicationFailure waits = failure(FIRST, node.durable, waiting, FIRST.runId());

    assertThat(waits.getType()).isEqualTo("waiting");
    assertThat(receiver.requests()).isZero();
  }

  @Test
  void sendsAtOnceWhenTheActivityWasReset() {
    Delivery.Key key = waiting("/ok", Duration.ofHours(1));
    failure(FIRST, key);

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
  }

  @Test
  void sendsWithTheSubscriptionsCurrentSettings() {
    Delivery.Key key = waiting("/503");
    failure(FIRST, key);
    SampleSubscriptions.setUrl(key.tenant(), key.subscriptionId(), receiver.url("/elsewhere"));

    ledger.makeDue(key);
    send(FIRST.next(), key);

    assertThat(receiver.requests("/elsewhere")).isEqualTo(1);
  }

  // Runs and rounds.

  @Test
  void opensOneRoundPerReset() {
    Delivery.Key key = waiting("/503", Duration.ofHours(1));
    failure(FIRST, key);
    Execution reset = Execution.in("run-2");

    failure(reset, key, "run-1");
    ledger.makeDue(key);
    failure(reset.next(), key, "run-1");
    failure(reset, key, "run-1");

    assertThat(ledger.find(key).round()).isEqualTo(2);
    assertThat(ledger.find(key).roundAttempts()).isEqualTo(3);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(4);
    assertThat(ledger.find(key).runId()).isEqualTo("run-2");
  }

  @Test
  void leavesTheDeliveryToALaterRunInALateFirstExecution() {
    Delivery.Key key = waiting("/503");
    failure(FIRST, key);
    int requests = receiver.requests();
    ledger.set(key, "run_since = now() + interval '1 minute'");

    send(Execution.in("run-0"), key);
    send(Execution.in("run-0"), key, "run-00");

    assertThat(receiver.requests()).isEqualTo(requests);
    assertThat(ledger.find(key).runId()).isEqualTo("run-1");
    assertThat(ledger.find(key).round()).isEqualTo(1);
  }

  @Test
  void opensNoRoundForAResetWhenOneWasAskedFor() {
    Delivery.Key key = waiting("/503");
    Execution reset = Execution.in("run-2");
    failure(reset, key, "run-1");

    ledger.openRound(key);
    failure(reset, key, "run-1");

    assertThat(ledger.find(key).round()).isEqualTo(3);
    assertThat(ledger.find(key).roundAttempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"DELIVERED", "FAILED", "CANCELLED"})
  void sendsAgainAfterAResetEvenIfItWasOver(State over) {
    Delivery.Key key = waiting("/ok");
    ledger.set(key, "state = '%s', run_id = 'run-1'".formatted(over.word()));

    send(Execution.in("run-2"), key, "run-1");

    assertThat(receiver.requests()).isEqualTo(1);
    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.find(key).round()).isEqualTo(2);
  }

  @Test
  void continuesTheRoundInANewRunWithoutAReset() {
    Delivery.Key key = waiting("/503");
    failure(FIRST, key);
    ledger.makeDue(key);

    failure(Execution.in("run-2"), key);

    assertThat(ledger.find(key).round()).isEqualTo(1);
    assertThat(ledger.find(key).roundAttempts()).isEqualTo(3);
  }

  @Test
  void leavesTheDeliveryToALaterRun() {
    Delivery.Key key = waiting("/503");
    failure(FIRST, key);
    failure(Execution.in("run-2"), key);
    int requests = receiver.requests();

    send(FIRST.next(), key);

    assertThat(receiver.requests()).isEqualTo(requests);
    assertThat(ledger.find(key).runId()).isEqualTo("run-2");
  }

  @Test
  void leavesTheDeliveryToALaterRunStartedWhileSending() {
    Delivery.Key key = waiting("/503");
    receiver.when("/503", () -> ledger.assignTo("run-2", key, false));

    send(FIRST, key);

    assertThat(ledger.find(key).runId()).isEqualTo("run-2");
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(2);
  }

  @Test
  void continuesAtOnceWhenARoundWasOpenedWhileSending() {
    Delivery.Key key = waiting("/503");
    receiver.when("/503", () -> ledger.openRound(key));

    ApplicationFailure waits = failure(FIRST, key);

    assertThat(waits.getNextRetryDelay()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(1));
    receiver.when("/503", () -> {});
    failure(FIRST.next(), key);
    assertThat(ledger.find(key).round()).isEqualTo(2);
    assertThat(ledger.find(key).roundAttempts()).isEqualTo(1);
    assertThat(ledger.find(key).runId()).isEqualTo("run-1");
  }

  // Ends.

  @ParameterizedTest
  @EnumSource(names = {"DELIVERED", "FAILED", "CANCELLED"})
  void sendsNothingWhenItIsOver(State over) {
    Delivery.Key key = waiting("/ok");
    ledger.set(key, "state = '%s'".formatted(over.word()));

    send(FIRST, key);
    send(FIRST.next(), key);

    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).state()).isEqualTo(over);
  }

  @Test
  void sendsNothingForAMissingDelivery() {
    Delivery.Key key = ledger.toNewSubscription();
    WaitingDelivery waiting =
        DeliveryWorkflows.waiting(Delivery.pending(key), ledger.receiver(key));

    FIRST.call(
        LaterAttempts.class,
        ledger.node.durable,
        attempts -> {
          attempts.send(waiting, "run-1");
          return "sent";
        });

    assertThat(ledger.node.deliveries.find(ledger.tenant, key.id())).isEmpty();
  }

  @Test
  void isNotRetriedAfterItsSchedule() {
    Delivery.Key key = waiting("/503");
    SampleSubscriptions.allow(ledger.tenant, key.subscriptionId(), 2);

    ApplicationFailure failed = failure(FIRST, key);

    assertThat(failed.isNonRetryable()).isTrue();
    assertThat(failed.getType()).isEqualTo("failed");
    assertThat(failed.getCategory()).isEqualTo(ApplicationErrorCategory.BENIGN);
    assertThat(failed.getOriginalMessage())
        .matches("retry schedule exhausted: attempt 2 of 2: 503 in \\d+ ms");
    assertThat(failed.getStackTrace()).noneMatch(DurableLaneTest::isOurs);
    assertThat(ledger.find(key).state()).isEqualTo(State.FAILED);
  }

  @Test
  void isNotRetriedAfterAStatusThatEndsIt() {
    Delivery.Key key = waiting("/404");
    SampleSubscriptions.retryAllBut(ledger.tenant, key.subscriptionId(), 404);

    ApplicationFailure failed = failure(FIRST, key);

    assertThat(failed.isNonRetryable()).isTrue();
    assertThat(failed.getOriginalMessage()).matches("not retried: attempt 2 of 20: 404 in \\d+ ms");
    assertThat(ledger.find(key).state()).isEqualTo(State.FAILED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.NOT_RETRIED);
  }

  @Test
  void endsWhenTheReceiverIsGone() {
    Delivery.Key key = waiting("/410");

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.GONE);
  }

  @ParameterizedTest
  @CsvSource({"/503/abort-message, ABORTED, ACTIVE", "/404/disable, OPTED_OUT, OPTED_OUT"})
  void endsAsTheReceiverAsks(String path, Reason reason, Receiver.Status subscription) {
    Delivery.Key key = waiting(path);

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(key).reason()).isEqualTo(reason);
    assertThat(ledger.receiver(key).status()).isEqualTo(subscription);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "delete from payloads where event_id = :event",
        "delete from events where id = :event"
      })
  void endsWhenThePayloadHasExpired(String expire) {
    Delivery.Key key = waiting("/ok");
    Postgres.jdbc().sql(expire).param("event", key.eventId().uuid()).update();

    ApplicationFailure over = failure(FIRST, key);

    assertThat(over.isNonRetryable()).isTrue();
    assertThat(over.getOriginalMessage()).isEqualTo("its payload has expired");
    assertThat(ledger.find(key).state()).isEqualTo(State.FAILED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.PAYLOAD_EXPIRED);
    assertThat(ledger.find(key).nextAttemptAt()).isNull();
    assertThat(receiver.requests()).isZero();
  }

  @Test
  void endsWithoutSendingWhenTheSubscriptionIsDeleted() {
    Delivery.Key key = waiting("/ok");
    SampleSubscriptions.delete(ledger.tenant, key.subscriptionId());

    send(FIRST, key);

    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.SUBSCRIPTION_DELETED);
  }

  @ParameterizedTest
  @EnumSource
  void endsWithoutSendingWhenTheSubscriptionIsDisabled(DisabledReason reason) {
    Delivery.Key key = waiting("/ok");
    ledger.node.disabling.disable(
        ledger.tenant, key.subscriptionId(), ledger.receiver(key).url(), reason);

    send(FIRST, key);

    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.of(reason.word()));
  }

  // Texts shown to users.

  @ParameterizedTest
  @ValueSource(strings = {"/503", "/404", "/301"})
  void reportsTheLastOutcomeWithoutAStackTrace(String path) {
    Delivery.Key key = waiting(path);

    ApplicationFailure waits = failure(FIRST, key);

    assertThat(waits.getOriginalMessage())
        .matches("attempt 2 of 20: " + path.substring(1) + " in \\d+ ms");
    assertThat(waits.getType()).isEqualTo("waiting");
    assertThat(waits.getCategory()).isEqualTo(ApplicationErrorCategory.BENIGN);
    assertThat(waits.getStackTrace()).noneMatch(DurableLaneTest::isOurs);
    assertThat(waits.getCause()).isNull();
    assertThat(waits.isNonRetryable()).isFalse();
    assertThat(waits.getNextRetryDelay()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
  }

  @Test
  void waitsAsLongAsTheReceiverAsks() {
    Delivery.Key key = waiting("/429");

    assertThat(failure(FIRST, key).getNextRetryDelay())
        .isBetween(Duration.ofMinutes(65), Duration.ofMinutes(66));
  }

  @Test
  void reportsTheNumberOfAttemptsInTheRound() {
    Delivery.Key key = waiting("/503");
    ledger.openRound(key);

    assertThat(failure(FIRST, key).getOriginalMessage()).startsWith("attempt 1 of 20: 503");
    assertThat(ledger.find(key).attemptCount()).isEqualTo(2);
  }

  // Hold.

  @Test
  void holdsWhilePausedWithoutUsingUpAnAttempt() {
    Delivery.Key key = waiting("/ok");
    SampleSubscriptions.pause(ledger.tenant, key.subscriptionId());

    ApplicationFailure held = failure(FIRST, key);
    failure(FIRST.next(), key);

    assertThat(held.getOriginalMessage()).isEqualTo("held: its subscription is paused");
    assertThat(held.getType()).isEqualTo("held");
    assertThat(held.getCategory()).isEqualTo(ApplicationErrorCategory.BENIGN);
    assertThat(held.getStackTrace()).noneMatch(DurableLaneTest::isOurs);
    assertThat(held.getNextRetryDelay()).isEqualTo(Duration.ofHours(1));
    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).state()).isEqualTo(State.HELD);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
  }

  @Test
  void sendsHeldDeliveriesAfterTheSubscriptionIsEnabled() {
    Delivery.Key key = waiting("/ok");
    SampleSubscriptions.pause(ledger.tenant, key.subscriptionId());
    failure(FIRST, key);
    SampleSubscriptions.enable(ledger.tenant, key.subscriptionId());
    ledger.node.waiting.release(ledger.tenant, key.subscriptionId());

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
  }

  @Test
  void sendsAHeldDeliveryEvenIfItWasNotReleased() {
    Delivery.Key key = waiting("/503");
    SampleSubscriptions.pause(ledger.tenant, key.subscriptionId());
    failure(FIRST, key);
    SampleSubscriptions.enable(ledger.tenant, key.subscriptionId());

    assertThat(failure(FIRST.next(), key).getType()).isEqualTo("waiting");

    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void doesNotHoldADeliveryEnabledMeanwhile() {
    WatchedDatabase database = new WatchedDatabase();
    Node node = new Node(Duration.ofMinutes(5), database);
    Delivery.Key key = waiting("/ok");
    SampleSubscriptions.pause(ledger.tenant, key.subscriptionId());
    WaitingDelivery waiting = DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key));
    database.afterEach(
        sql -> {
          if (sql.contains("sealed_secret")) {
            SampleSubscriptions.enable(ledger.tenant, key.subscriptionId());
          }
        });

    ApplicationFailure waits = failure(FIRST, node.durable, waiting, FIRST.runId());

    assertThat(waits.getType()).isEqualTo("waiting");
    assertThat(waits.getNextRetryDelay()).isLessThan(Duration.ofSeconds(1));
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  // Receivers in trouble.

  @Test
  void leavesADeliveryToTheBacklogOfAReceiverInTrouble() {
    Delivery.Key key = waiting("/ok");
    open(key);

    send(FIRST, key);

    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).backlogged()).isTrue();
    assertThat(ledger.find(key).runId()).isNull();
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void sendsNothingThatIsInTheBacklog() {
    Delivery.Key key = waiting("/ok");
    open(key);
    send(FIRST, key);

    send(Execution.in("run-2"), key);
    send(FIRST.next(), key);

    assertThat(receiver.requests()).isZero();
    assertThat(ledger.find(key).runId()).isNull();
  }

  @Test
  void sendsARequestedRetryToAReceiverInTrouble() {
    Delivery.Key key = waiting("/ok");
    open(key);
    ledger.openRound(key);

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
  }

  @Test
  void takesADeliveryOutOfTheBacklogWhenItsRunIsReset() {
    Delivery.Key key = waiting("/ok");
    open(key);
    send(FIRST, key);

    send(Execution.in("run-2"), key, "run-1");

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.find(key).round()).isEqualTo(2);
  }

  private void open(Delivery.Key key) {
    ledger.node.knownStandings.open(
        new SubscriptionKey(key.tenant(), key.subscriptionId()),
        Standing.Reason.UNAVAILABLE,
        "503");
  }

  // Internal faults.

  @Test
  void parksADeliveryThatIsUnreadable() {
    Delivery.Key key = waiting("/never");
    SampleSubscriptions.breakSecret(key.tenant(), key.subscriptionId());

    ApplicationFailure parked = failure(FIRST, key);

    assertThat(parked.getType()).isEqualTo("held");
    assertThat(parked.getOriginalMessage()).startsWith("held: its subscription cannot be read: ");
    assertThat(parked.getNextRetryDelay()).isEqualTo(Duration.ofHours(1));
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
    assertThat(ledger.find(key).state()).isEqualTo(State.HELD);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.UNREADABLE);
    assertThat(ledger.secondsLeft(key)).isEqualTo(3600);
  }

  @Test
  void resumesAParkedDeliveryWhenItIsReadable() {
    Delivery.Key key = waiting("/ok");
    String url = receiver.url("/ok");
    SampleSubscriptions.setUrl(key.tenant(), key.subscriptionId(), "nonsense");
    failure(FIRST, key);
    assertThat(failure(FIRST.next(), key).getNextRetryDelay()) // Not due, so it reads nothing.
        .isBetween(Duration.ofMinutes(59), Duration.ofHours(1));

    ledger.makeDue(key);
    assertThat(failure(FIRST.next(), key).getType()).isEqualTo("held");
    assertThat(ledger.secondsLeft(key)).isEqualTo(3600);

    SampleSubscriptions.setUrl(key.tenant(), key.subscriptionId(), url);
    ledger.makeDue(key);
    send(FIRST.next(), key);

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(receiver.attempts()).containsExactly("2");
  }

  @Test
  void parksOnlyADeliveryThatFailsRepeatedlyByOurFault() {
    Delivery.Key poison = waiting("/503");
    Delivery.Key other = ledger.to(poison.subscriptionId());
    ledger.record(ledger.first(other), SampleAttempts.refused());
    ledger.makeDue(other);
    List<String> types = new ArrayList<>();
    Execution execution = FIRST;
    try (BrokenTable _ = new BrokenTable(poison.id())) {
      for (int i = 0; i < 7; i++) {
        ledger.makeDue(poison);
        types.add(failure(execution, poison).getType());
        execution = execution.next();
      }
      assertThat(failure(FIRST, other).getType()).isEqualTo("waiting");
    }

    assertThat(types.subList(0, 4)).containsOnly("own_fault");
    assertThat(types.subList(4, 7)).containsOnly("held");
    assertThat(ledger.find(poison).state()).isEqualTo(State.HELD);
    assertThat(ledger.find(poison).reason()).isEqualTo(Reason.OUR_FAULT);
    assertThat(ledger.find(poison).attemptCount()).isEqualTo(1);
    assertThat(ledger.secondsLeft(poison)).isEqualTo(3600);

    ledger.makeDue(poison);
    assertThat(failure(execution, poison).getType()).isEqualTo("waiting");
    assertThat(ledger.find(poison).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void chargesNoReceiverWhileEgressIsDown() {
    Delivery.Key key = key("/ok");
    SampleSubscriptions.setUrl(key.tenant(), key.subscriptionId(), "http://127.255.255.255:9/");
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.makeDue(key);
    SampleEgress.cutOff(ledger.node.egress);

    ApplicationFailure cutOff = failure(FIRST, key);

    assertThat(cutOff.getType()).isEqualTo("egress_down");
    assertThat(cutOff.getCategory()).isEqualTo(ApplicationErrorCategory.BENIGN);
    assertThat(cutOff.getNextRetryDelay()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.secondsLeft(key)).isBetween(1L, 10L);
  }

  @Test
  void doesNotChargeTheReceiverForOurOwnFault() {
    Delivery.Key key = waiting("/503");
    ApplicationFailure ours;
    try (BrokenTable _ = new BrokenTable(ledger.tenant)) {
      ours = failure(FIRST, key);
    }

    assertThat(ours.getType()).isEqualTo("own_fault");
    assertThat(ours.getNextRetryDelay()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
    assertThat(ours.isNonRetryable()).isFalse();
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
    assertThat(ledger.find(key).roundAttempts()).isEqualTo(1);
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);

    ledger.makeDue(key);
    assertThat(failure(FIRST.next(), key).getOriginalMessage()).startsWith("attempt 2 of 20");
  }

  // Cancel.

  @ParameterizedTest
  @EnumSource(names = {"RETRYING", "HELD"})
  void recordsTheCancel(State state) {
    Delivery.Key key = waiting("/ok");
    ledger.set(key, "state = '%s'".formatted(state.word()));

    recordCancelled(key);

    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.CANCELLED);
  }

  @ParameterizedTest
  @EnumSource(names = {"DELIVERED", "FAILED", "CANCELLED"})
  void leavesFinishedDeliveriesUnchanged(State over) {
    Delivery.Key key = waiting("/ok");
    ledger.set(key, "state = '%s', reason = 'terminated'".formatted(over.word()));

    recordCancelled(key);

    assertThat(ledger.find(key).state()).isEqualTo(over);
    assertThat(ledger.find(key).reason()).isEqualTo(Reason.TERMINATED);
  }

  @Test
  void cancelOfARunLeavesANewerRound() {
    Delivery.Key key = waiting("/ok");
    WaitingDelivery started = DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key));
    ledger.assignTo("run-1", key, false);
    ledger.cancel(key, Reason.CANCELLED);
    ledger.openRound(key);

    recordCancelled(started);
    send(FIRST.next(), key); // The run that was asked to end.

    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.find(key).runId()).isNull();
    assertThat(receiver.requests()).isZero();
    send(Execution.in("run-2"), key);
    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
  }

  @Test
  void goneReceiverDoesNotEndANewerRound() {
    Delivery.Key key = waiting("/410");
    receiver.when(
        "/410",
        () ->
            SampleSubscriptions.setUrl(
                key.tenant(), key.subscriptionId(), receiver.url("/elsewhere")));

    ApplicationFailure waits = failure(FIRST, key);

    assertThat(waits.getOriginalMessage()).startsWith("attempt 2 of 20: 410");
    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.ACTIVE);
    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void isDeliveredEvenIfCancelledWhileSending() {
    Delivery.Key key = waiting("/ok");
    receiver.when("/ok", () -> recordCancelled(key));

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
  }

  @Test
  void endsWhenCancelledDuringAFailedAttempt() {
    Delivery.Key key = waiting("/503");
    receiver.when("/503", () -> recordCancelled(key));

    send(FIRST, key);

    assertThat(ledger.find(key).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(2);
  }

  @Test
  void countsBothOfTwoOverlappingExecutions() throws Exception {
    Delivery.Key key = waiting("/503");
    failure(FIRST, key);

    AtOnce.times(2, _ -> () -> failure(FIRST, key)); // As happens when an activity is reset.

    assertThat(ledger.find(key).attemptCount()).isEqualTo(4);
    assertThat(ledger.attempts(key)).hasSize(4);
  }

  /** A delivery whose first attempt was refused, due now. */
  private Delivery.Key waiting(String path) {
    Delivery.Key key = key(path);
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.makeDue(key);
    return key;
  }

  /** A delivery whose receiver asked to wait; it waits 10 % longer than asked. */
  private Delivery.Key waiting(String path, Duration asked) {
    Delivery.Key key = key(path);
    ledger.record(ledger.first(key), SampleAttempts.refused(asked));
    return key;
  }

  private Delivery.Key key(String path) {
    SubscriptionId subscription = SampleSubscriptions.active(ledger.tenant, receiver.url(path));
    return ledger.to(subscription);
  }

  private void send(Execution execution, Delivery.Key key) {
    send(execution, key, execution.runId());
  }

  private void send(Execution execution, Delivery.Key key, String originalRun) {
    WaitingDelivery waiting = DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key));
    send(execution, ledger.node.durable, waiting, originalRun);
  }

  private static void send(
      Execution execution, DurableLane lane, WaitingDelivery waiting, String originalRun) {
    execution.call(
        LaterAttempts.class,
        lane,
        attempts -> {
          attempts.send(waiting, originalRun);
          return "sent";
        });
  }

  private ApplicationFailure failure(Execution execution, Delivery.Key key) {
    return failure(execution, key, execution.runId());
  }

  private ApplicationFailure failure(Execution execution, Delivery.Key key, String originalRun) {
    WaitingDelivery waiting = DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key));
    return failure(execution, ledger.node.durable, waiting, originalRun);
  }

  private static ApplicationFailure failure(
      Execution execution, DurableLane lane, WaitingDelivery waiting, String originalRun) {
    ActivityFailure failure =
        catchThrowableOfType(
            ActivityFailure.class, () -> send(execution, lane, waiting, originalRun));
    assertThat(failure).hasCauseInstanceOf(ApplicationFailure.class);
    return (ApplicationFailure) requireNonNull(failure.getCause());
  }

  /** True for frames of Homing; those of the failure's reader are always there. */
  private static boolean isOurs(StackTraceElement frame) {
    return frame.getClassName().startsWith("dev.homing.");
  }

  /** Records the cancel, as the run does after its activity has ended. */
  private void recordCancelled(Delivery.Key key) {
    recordCancelled(DeliveryWorkflows.waiting(ledger.find(key), ledger.receiver(key)));
  }

  private void recordCancelled(WaitingDelivery waiting) {
    FIRST.call(
        LaterAttempts.class,
        ledger.node.durable,
        attempts -> {
          attempts.recordCancelled(waiting);
          return "recorded";
        });
  }
}
