package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.activities.AtOnce;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OneAtATime
class AttemptLogTest {
  private final Ledger ledger = new Ledger();
  private final Delivery.Key key = ledger.toNewSubscription();

  // The result of one attempt.

  @Test
  void recordsADelivery() {
    Delivery after = ledger.record(ledger.first(key), SampleAttempts.delivered());

    assertThat(after.state()).isEqualTo(State.DELIVERED);
    assertThat(after.reason()).isNull();
    assertThat(after.nextAttemptAt()).isNull();
    assertThat(after.attemptCount()).isEqualTo(1);
    assertThat(after).isEqualTo(ledger.find(key));
  }

  @Test
  void recordsEveryDetailOfAnAttempt() {
    Attempt attempt = SampleAttempts.timedOut();

    ledger.record(ledger.first(key), attempt);

    RecordedAttempt kept = ledger.attempts(key).getFirst();
    assertThat(kept.number()).isEqualTo(1);
    assertThat(kept.round()).isEqualTo(1);
    assertThat(kept.outcome()).isEqualTo("timed_out");
    assertThat(kept.statusCode()).isNull();
    assertThat(kept.startedAt()).isEqualTo(attempt.startedAt());
    assertThat(kept.tookMillis()).isEqualTo(120);
    assertThat(kept.error()).isEqualTo("No answer came in time.");
    assertThat(kept.responseBody()).isEqualTo(attempt.responseBody());
    assertThat(kept.responseHeaders()).isEqualTo(attempt.responseHeaders());
    assertThat(kept.url()).isEqualTo("https://receiver.test/hook");
    assertThat(kept.address()).isEqualTo("203.0.113.7");
    assertThat(kept.summary()).isEqualTo("timed_out in 120 ms");
  }

  /** The three ways of writing attempts. */
  @Test
  void recordsWhatWasCalledOnlyIfItDidNotDeliver() {
    Delivery.Key first = ledger.toNewSubscription();
    Delivery.Key drained = ledger.backlog(first.subscriptionId(), 1).getFirst();
    ledger.recordFirst(first, SampleAttempts.refused());
    ledger.node.attemptLog.recordDrained(
        AttemptContext.drained(drained, 1, ledger.receiver(drained)), SampleAttempts.refused());
    ledger.node.attemptLog.recordDrained(
        AttemptContext.drained(drained, 1, ledger.receiver(drained)), SampleAttempts.delivered());
    ledger.record(ledger.first(first), SampleAttempts.delivered());

    for (Delivery.Key delivery : List.of(first, drained)) {
      List<RecordedAttempt> attempts = ledger.attempts(delivery);
      assertThat(attempts)
          .extracting(RecordedAttempt::url)
          .containsExactly("https://receiver.test/hook", null);
      assertThat(attempts)
          .extracting(RecordedAttempt::address)
          .containsExactly("203.0.113.7", null);
    }
  }

  @Test
  void recordsTheStatusCode() {
    ledger.record(ledger.first(key), SampleAttempts.refused());

    assertThat(ledger.attempts(key).getFirst().summary()).isEqualTo("503 in 120 ms");
    assertThat(ledger.attempts(key).getFirst().error()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "2, 10", "3, 20", "4, 40"})
  void waitsLongerAfterEachAttempt(int attempts, long seconds) {
    for (int i = 0; i < attempts; i++) {
      ledger.record(ledger.first(key), SampleAttempts.refused());
    }

    assertThat(ledger.find(key).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.secondsLeft(key)).isEqualTo(seconds);
  }

  @Test
  void waitsAsLongAsTheReceiverAsks() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(2)));

    // And 10 %, half of the jitter.
    assertThat(ledger.secondsLeft(key)).isEqualTo(7200 * 11 / 10);
  }

  @Test
  void waitsForTheScheduleWhenTheReceiverAsksForLess() {
    for (int i = 0; i < 4; i++) {
      ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofSeconds(1)));
    }

    assertThat(ledger.secondsLeft(key)).isEqualTo(40);
  }

  @Test
  void failsWhenTheScheduleIsOver() {
    SampleSubscriptions.allow(ledger.tenant, key.subscriptionId(), 3);

    assertThat(ledger.record(ledger.first(key), SampleAttempts.refused()).state())
        .isEqualTo(State.RETRYING);
    assertThat(ledger.record(ledger.first(key), SampleAttempts.timedOut()).state())
        .isEqualTo(State.RETRYING);
    Delivery last = ledger.record(ledger.first(key), SampleAttempts.refused());

    assertThat(last.state()).isEqualTo(State.FAILED);
    assertThat(last.reason()).isEqualTo(Reason.SCHEDULE_OVER);
    assertThat(last.nextAttemptAt()).isNull();
    assertThat(last.attemptCount()).isEqualTo(3);
  }

  @Test
  void failsAtOnceWhenTheScheduleHasOneAttempt() {
    SampleSubscriptions.allow(ledger.tenant, key.subscriptionId(), 1);

    assertThat(ledger.record(ledger.first(key), SampleAttempts.refused()).state())
        .isEqualTo(State.FAILED);
  }

  @Test
  void failsAtOnceWithAStatusThatIsNotRetried() {
    SampleSubscriptions.retryAllBut(ledger.tenant, key.subscriptionId(), 422, 503);
    Delivery.Key other = ledger.to(key.subscriptionId());

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.refused());

    assertThat(after.state()).isEqualTo(State.FAILED);
    assertThat(after.reason()).isEqualTo(Reason.NOT_RETRIED);
    assertThat(after.nextAttemptAt()).isNull();
    assertThat(ledger.record(ledger.first(other), SampleAttempts.timedOut()).state())
        .isEqualTo(State.RETRYING);
    assertThat(ledger.record(ledger.first(other), SampleAttempts.answered(500, "")).state())
        .isEqualTo(State.RETRYING);
  }

  @Test
  void countsOnlyTheAttemptsOfTheRound() {
    SampleSubscriptions.allow(ledger.tenant, key.subscriptionId(), 2);
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.openRound(key);

    Delivery after = ledger.record(ledger.tried(key, 2, null), SampleAttempts.refused());

    assertThat(after.state()).isEqualTo(State.RETRYING);
    assertThat(after.roundAttempts()).isEqualTo(1);
    assertThat(after.attemptCount()).isEqualTo(3);
    assertThat(ledger.secondsLeft(key)).isEqualTo(5);
    assertThat(ledger.attempts(key)).extracting(RecordedAttempt::number).containsExactly(1, 2, 3);
    assertThat(ledger.attempts(key)).extracting(RecordedAttempt::round).containsExactly(1, 1, 2);
  }

  @Test
  void closesTheEventWithTheFirstRow() {
    assertThat(isOpen()).isTrue();

    ledger.record(ledger.first(key), SampleAttempts.refused());

    assertThat(isOpen()).isFalse();
  }

  // Recorded once.

  @Test
  void writesAnAttemptOnce() {
    Attempt attempt = SampleAttempts.refused();

    Delivery first = ledger.record(ledger.first(key), attempt);
    Delivery again = ledger.record(ledger.first(key), attempt);

    assertThat(again).isEqualTo(first);
    assertThat(ledger.attempts(key)).hasSize(1);
  }

  @Test
  void writesAnAttemptOnceUnderConcurrentWrites() throws Exception {
    Attempt attempt = SampleAttempts.refused();

    AtOnce.times(10, _ -> () -> ledger.record(ledger.first(key), attempt));

    assertThat(ledger.attempts(key)).hasSize(1);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(1);
    assertThat(ledger.find(key).roundAttempts()).isEqualTo(1);
  }

  @Test
  void neverReusesAnAttemptNumber() throws Exception {
    int count = 30;

    AtOnce.times(count, _ -> () -> ledger.record(ledger.first(key), SampleAttempts.refused()));

    assertThat(ledger.attempts(key))
        .extracting(RecordedAttempt::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, count).boxed().toList());
    assertThat(ledger.find(key).attemptCount()).isEqualTo(count);
    assertThat(ledger.find(key).state()).isEqualTo(State.FAILED);
  }

  @Test
  void writesNothingWhenItFails() {
    Receiver receiver = ledger.receiver(key);
    AttemptLog broken =
        new AttemptLog(
            ledger.node.deliveries,
            ledger.node.waiting,
            ledger.node.disabling,
            ledger.node.attempts,
            new FirstResults(ledger.node.open, ledger.node.standings, Postgres.jdbc()),
            new DrainedResults(ledger.node.deliveries, Postgres.jdbc()),
            ledger.node.fair,
            List.of(),
            () -> {
              throw new IllegalStateException("no luck");
            });

    assertThatThrownBy(
            () -> broken.record(AttemptContext.first(key, receiver), SampleAttempts.refused()))
        .hasMessage("no luck");

    assertThat(ledger.attempts(key)).isEmpty();
    assertThat(ledger.node.deliveries.find(ledger.tenant, key.id())).isEmpty();
    assertThat(isOpen()).isTrue();
  }

  // Overlapping attempts.

  @Test
  void isDeliveredWhateverElseIsRecordedAtOnce() throws Exception {
    AtOnce.times(
        12,
        i ->
            () ->
                ledger.record(
                    ledger.first(key),
                    switch (i % 4) {
                      case 0 -> SampleAttempts.refused();
                      case 1 -> SampleAttempts.timedOut();
                      case 2 -> SampleAttempts.refused(Duration.ofHours(1));
                      default -> SampleAttempts.delivered();
                    }));

    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.find(key).nextAttemptAt()).isNull();
    assertThat(ledger.attempts(key)).hasSize(12);
  }

  @Test
  void staysDeliveredWhenAFailureComesLate() {
    ledger.record(ledger.first(key), SampleAttempts.delivered());

    for (Attempt late :
        List.of(SampleAttempts.refused(), SampleAttempts.timedOut(), SampleAttempts.gone())) {
      Delivery after = ledger.record(ledger.first(key), late);
      assertThat(after.state()).isEqualTo(State.DELIVERED);
      assertThat(after.nextAttemptAt()).isNull();
    }
    assertThat(ledger.find(key).state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.attempts(key)).hasSize(4);
  }

  @Test
  void staysCancelledWhenAFailureComesLate() {
    ledger.cancel(key, Reason.CANCELLED);

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.refused());

    assertThat(after.state()).isEqualTo(State.CANCELLED);
    assertThat(after.reason()).isEqualTo(Reason.CANCELLED);
    assertThat(after.nextAttemptAt()).isNull();
    assertThat(after.attemptCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"cancelled, cancelled", "failed, schedule_over", "held, paused"})
  void lateSuccessDelivers(String state, String reason) {
    ledger.add(key, State.of(state), Reason.of(reason));

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.delivered());

    assertThat(after.state()).isEqualTo(State.DELIVERED);
    assertThat(after.reason()).isNull();
  }

  @Test
  void staysFailedWhenAnotherFailureComesLate() {
    SampleSubscriptions.allow(ledger.tenant, key.subscriptionId(), 1);
    ledger.record(ledger.first(key), SampleAttempts.refused());

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.timedOut());

    assertThat(after.state()).isEqualTo(State.FAILED);
    assertThat(after.reason()).isEqualTo(Reason.SCHEDULE_OVER);
    assertThat(after.attemptCount()).isEqualTo(2);
  }

  @Test
  void countsAFailureOfAnOlderRoundAndChangesNothing() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)));
    ledger.openRound(key);
    ledger.record(ledger.tried(key, 2, null), SampleAttempts.refused(Duration.ofHours(2)));
    long left = requireNonNull(ledger.secondsLeft(key));

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.refused());

    assertThat(after.state()).isEqualTo(State.RETRYING);
    assertThat(after.round()).isEqualTo(2);
    assertThat(after.roundAttempts()).isEqualTo(1);
    assertThat(after.attemptCount()).isEqualTo(3);
    assertThat(ledger.secondsLeft(key)).isBetween(left - 1, left);
    assertThat(ledger.attempts(key)).extracting(RecordedAttempt::round).containsExactly(1, 2, 1);
  }

  @Test
  void countsAFailureOfAnotherRunAndChangesNothing() {
    ledger.record(ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)));
    ledger.assignTo("run-2", key, false);
    long left = requireNonNull(ledger.secondsLeft(key));

    for (String run : List.of("run-1", "run-3")) {
      Delivery after = ledger.record(ledger.tried(key, 1, run), SampleAttempts.refused());
      assertThat(after.state()).isEqualTo(State.RETRYING);
      assertThat(after.runId()).isEqualTo("run-2");
    }
    ledger.record(ledger.first(key), SampleAttempts.refused());

    assertThat(ledger.secondsLeft(key)).isBetween(left - 1, left);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(4);
  }

  @Test
  void successOfAnOlderRoundOrAnotherRunDelivers() {
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.assignTo("run-2", key, true);

    Delivery after = ledger.record(ledger.tried(key, 1, "run-1"), SampleAttempts.delivered());

    assertThat(after.state()).isEqualTo(State.DELIVERED);
    assertThat(after.round()).isEqualTo(2);
    assertThat(after.runId()).isEqualTo("run-2");
    assertThat(after.nextAttemptAt()).isNull();
  }

  @Test
  void attemptsOfAnotherRunDoNotEndTheSchedule() {
    SampleSubscriptions.allow(ledger.tenant, key.subscriptionId(), 2);
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.assignTo("run-2", key, false);

    assertThat(ledger.record(ledger.tried(key, 1, "run-1"), SampleAttempts.refused()).state())
        .isEqualTo(State.RETRYING);
    assertThat(ledger.record(ledger.tried(key, 1, "run-2"), SampleAttempts.refused()).state())
        .isEqualTo(State.FAILED);
  }

  // 410.

  @Test
  void disablesTheSubscriptionOfAGoneReceiver() {
    Delivery.Key waiting = ledger.to(key.subscriptionId());
    Delivery.Key held = ledger.to(key.subscriptionId());
    Delivery.Key delivered = ledger.to(key.subscriptionId());
    Delivery.Key others = ledger.toNewSubscription();
    ledger.record(ledger.first(waiting), SampleAttempts.refused());
    ledger.add(held, State.HELD, Reason.PAUSED);
    ledger.record(ledger.first(delivered), SampleAttempts.delivered());
    ledger.record(ledger.first(others), SampleAttempts.refused());
    long version = routesVersion();

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.gone());

    assertThat(after.state()).isEqualTo(State.CANCELLED);
    assertThat(after.reason()).isEqualTo(Reason.GONE);
    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.GONE);
    assertThat(routesVersion()).isEqualTo(version + 1);
    for (Delivery.Key waited : List.of(waiting, held)) {
      assertThat(ledger.find(waited).state()).isEqualTo(State.CANCELLED);
      assertThat(ledger.find(waited).reason()).isEqualTo(Reason.GONE);
      assertThat(ledger.find(waited).nextAttemptAt()).isNull();
    }
    assertThat(ledger.find(delivered).state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.find(others).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void disablesTheSubscriptionEvenWhenTheRestFails() {
    Delivery.Key waiting = ledger.to(key.subscriptionId());
    ledger.record(ledger.first(waiting), SampleAttempts.refused());
    try (BrokenTable _ = new BrokenTable(key.id())) {
      assertThatThrownBy(() -> ledger.record(ledger.first(key), SampleAttempts.gone()))
          .hasMessageContaining("the disk is full");
    }

    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.GONE);
    assertThat(ledger.attempts(key)).isEmpty();
    ledger.node.waiting.cancelForInactive();
    assertThat(ledger.find(waiting).reason()).isEqualTo(Reason.GONE);
  }

  @Test
  void disablesTheSubscriptionOnceUnderConcurrentAnswers() throws Exception {
    SubscriptionId subscription = key.subscriptionId();
    List<Delivery.Key> keys =
        IntStream.range(0, 10).mapToObj(_ -> ledger.to(subscription)).toList();
    long version = routesVersion();

    AtOnce.times(10, i -> () -> ledger.record(ledger.first(keys.get(i)), SampleAttempts.gone()));

    assertThat(routesVersion()).isEqualTo(version + 1);
    assertThat(keys)
        .allSatisfy(one -> assertThat(ledger.find(one).state()).isEqualTo(State.CANCELLED));
  }

  // What a receiver asks for.

  @Test
  void abortEndsTheDeliveryAlone() {
    Delivery.Key waiting = ledger.to(key.subscriptionId());
    ledger.record(ledger.first(waiting), SampleAttempts.refused());

    Delivery after =
        ledger.record(ledger.first(key), SampleAttempts.answered(503, "abort-message"));

    assertThat(after.state()).isEqualTo(State.CANCELLED);
    assertThat(after.reason()).isEqualTo(Reason.ABORTED);
    assertThat(after.nextAttemptAt()).isNull();
    assertThat(ledger.attempts(key).getFirst().responseHeaders())
        .containsEntry("webhook-delivery", "abort-message");
    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.ACTIVE);
    assertThat(ledger.find(waiting).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void abortWithASuccessIsASuccess() {
    assertThat(
            ledger.record(ledger.first(key), SampleAttempts.answered(200, "abort-message")).state())
        .isEqualTo(State.DELIVERED);
  }

  @Test
  void abortInAnotherRoundEndsNothing() {
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.openRound(key);

    assertThat(
            ledger.record(ledger.first(key), SampleAttempts.answered(503, "abort-message")).state())
        .isEqualTo(State.RETRYING);
  }

  @Test
  void receiverOptsOut() {
    Delivery.Key waiting = ledger.to(key.subscriptionId());
    ledger.record(ledger.first(waiting), SampleAttempts.refused());

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.answered(403, "disable"));

    assertThat(after.state()).isEqualTo(State.CANCELLED);
    assertThat(after.reason()).isEqualTo(Reason.OPTED_OUT);
    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.OPTED_OUT);
    assertThat(ledger.find(waiting).reason()).isEqualTo(Reason.OPTED_OUT);
  }

  @Test
  void receiverOptsOutWithASuccess() {
    Delivery.Key waiting = ledger.to(key.subscriptionId());
    ledger.record(ledger.first(waiting), SampleAttempts.refused());

    Delivery after = ledger.record(ledger.first(key), SampleAttempts.answered(200, "disable"));

    assertThat(after.state()).isEqualTo(State.DELIVERED);
    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.OPTED_OUT);
    assertThat(ledger.find(waiting).reason()).isEqualTo(Reason.OPTED_OUT);
  }

  @Test
  void formerUrlDisablesNothing() {
    AttemptContext before = ledger.first(key);
    SampleSubscriptions.setUrl(ledger.tenant, key.subscriptionId(), "http://moved.test/hook");

    Delivery after = ledger.record(before, SampleAttempts.answered(500, "disable"));

    assertThat(after.state()).isEqualTo(State.RETRYING);
    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.ACTIVE);
  }

  @Test
  void leavesADeletedSubscriptionUnchanged() {
    SampleSubscriptions.delete(ledger.tenant, key.subscriptionId());
    long version = routesVersion();

    ledger.record(ledger.first(key), SampleAttempts.gone());

    assertThat(ledger.receiver(key).status()).isEqualTo(Receiver.Status.DELETED);
    assertThat(routesVersion()).isEqualTo(version);
  }

  // Metrics and lists.

  @Test
  void measuresByOutcomeAndLane() {
    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.assignTo("run-1", key, false);
    ledger.record(ledger.tried(key, 1, "run-1"), SampleAttempts.delivered());

    assertThat(measured("refused", "express")).isEqualTo(1);
    assertThat(measured("delivered", "durable")).isEqualTo(1);
  }

  @Test
  void findsTheLastAttempt() {
    assertThat(ledger.node.attempts.last(ledger.tenant, key.id())).isEmpty();

    ledger.record(ledger.first(key), SampleAttempts.refused());
    ledger.record(ledger.first(key), SampleAttempts.timedOut());

    assertThat(ledger.node.attempts.last(ledger.tenant, key.id()))
        .map(RecordedAttempt::outcome)
        .contains("timed_out");
  }

  private long measured(String outcome, String lane) {
    return ledger
        .node
        .metrics
        .get("homing.attempts")
        .tags("outcome", outcome, "lane", lane)
        .timer()
        .count();
  }

  private boolean isOpen() {
    return Postgres.ask(
        Boolean.class,
        "select exists (select from open_events where tenant = :tenant)",
        ledger.tenant);
  }

  private long routesVersion() {
    return Postgres.routesVersion(ledger.tenant);
  }
}
