package dev.homing.activities.failing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.WatchedDatabase;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.subscription.Receiver.Status;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.Outcome.Fault;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@OneAtATime
class DisableFailingTest {
  private final Ledger ledger = new Ledger();
  private final Node here = ledger.node;
  private final Node there = new Node();
  private final Delivery.Key key = ledger.toNewSubscription();
  private final SubscriptionId subscription = key.subscriptionId();

  // What counts.

  @Test
  void firstFailureSaysSinceWhen() {
    record(here, SampleAttempts.refused());
    Instant since = since().orElseThrow();

    record(here, SampleAttempts.timedOut());
    record(there, SampleAttempts.refused());

    assertThat(since()).contains(since);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"BLOCKED_DESTINATION", "INVALID_REQUEST"})
  void unansweredAttemptIsAFailure(Fault fault) {
    record(here, SampleAttempts.unanswered(fault));

    assertThat(since()).isPresent();
  }

  @ParameterizedTest
  @EnumSource(names = {"BLOCKED_DESTINATION", "INVALID_REQUEST"})
  void ruleOfOursIsNoFailure(Fault fault) {
    record(here, SampleAttempts.unanswered(fault));

    assertThat(since()).isEmpty();
  }

  /** Otherwise each failure of a receiver that sheds load would cost two transactions. */
  @Test
  void failureBeforeASuccessIsNeverWritten() {
    here.attemptLog.record(ledger.first(ledger.to(subscription)), SampleAttempts.refused());
    assertThat(since()).isEmpty();

    here.attemptLog.record(ledger.first(ledger.to(subscription)), SampleAttempts.delivered());
    here.failureWatch.refresh();

    assertThat(since()).isEmpty();
  }

  @Test
  void failureIsDatedWhenItHappened() {
    here.attemptLog.record(ledger.first(ledger.to(subscription)), SampleAttempts.refused());
    Instant later = now().plusMillis(100);
    await().until(() -> now().isAfter(later));

    here.failureWatch.refresh();

    assertThat(since()).hasValueSatisfying(since -> assertThat(since).isBefore(later));
  }

  @Test
  void successEndsTheFailures() {
    record(here, SampleAttempts.refused());
    record(here, SampleAttempts.delivered());
    assertThat(since()).isEmpty();

    Instant success = now();
    record(here, SampleAttempts.refused());

    assertThat(since()).hasValueSatisfying(since -> assertThat(since).isAfter(success));
  }

  @Test
  void successOfAnotherNodeEndsTheFailures() {
    record(here, SampleAttempts.refused());
    there.failureWatch.refresh();

    record(there, SampleAttempts.delivered());

    assertThat(since()).isEmpty();
  }

  @Test
  void failureAfterTwoDaysWithoutOneIsTheFirstAgain() {
    record(here, SampleAttempts.refused());
    move("6 days", "49 hours");
    Instant before = now();

    record(there, SampleAttempts.refused());

    assertThat(since()).hasValueSatisfying(since -> assertThat(since).isAfter(before));
  }

  @Test
  void nothingIsNotedWhenItIsSwitchedOff() {
    FailureWatch off = new FailureWatch(here.failing, new FailingSettings(null));

    off.recorded(ledger.first(key), SampleAttempts.refused(), Delivery.pending(key));
    off.refresh();
    assertThat(since()).isEmpty();

    record(here, SampleAttempts.refused());
    move("6 days", "1 minute");
    new DisableFailing(here.failing, here.disabling, here.waiting, new FailingSettings(null)).run();
    assertThat(status()).isEqualTo(Status.ACTIVE);
  }

  // When it is enough.

  @Test
  void disablesAfterFiveDaysOfFailures() {
    Delivery.Key held = ledger.to(subscription);
    Delivery.Key others = ledger.toNewSubscription();
    Stream.of(key, others)
        .forEach(each -> ledger.record(ledger.first(each), SampleAttempts.refused()));
    here.failureWatch.refresh();
    ledger.leave(held, State.HELD, Reason.PAUSED, null);
    long version = Postgres.routesVersion(ledger.tenant);
    move("120 hours", "1 minute");

    there.disableFailing.run();

    assertThat(status()).isEqualTo(Status.FAILING);
    assertThat(Postgres.routesVersion(ledger.tenant)).isEqualTo(version + 1);
    for (Delivery.Key waited : List.of(key, held)) {
      assertThat(ledger.find(waited).state()).isEqualTo(State.CANCELLED);
      assertThat(ledger.find(waited).reason()).isEqualTo(Reason.FAILING);
    }
    assertThat(ledger.find(others).state()).isEqualTo(State.RETRYING);
    assertThat(since()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"119 hours, 1 minute", "6 days, 25 hours"})
  void failuresForLessTimeOrNotLatelyDisableNothing(String since, String last) {
    record(here, SampleAttempts.refused());
    move(since, last);

    here.disableFailing.run();

    assertThat(status()).isEqualTo(Status.ACTIVE);
    assertThat(since()).isPresent();
  }

  /** Its node had not learnt of the failures, or stopped before it forgot them. */
  @Test
  void successThatIsOnlyInTheLedgerCounts() {
    record(here, SampleAttempts.refused());
    move("6 days", "1 minute");
    record(there, SampleAttempts.delivered());
    assertThat(since()).isPresent();

    here.disableFailing.run();

    assertThat(status()).isEqualTo(Status.ACTIVE);
    assertThat(since()).isEmpty();
  }

  @Test
  void successWhileItIsLookedAtCounts() {
    record(here, SampleAttempts.refused());
    move("6 days", "1 minute");
    WatchedDatabase database = new WatchedDatabase();
    Node node = new Node(Duration.ofMinutes(5), database);
    database.afterEach(
        sql -> {
          if (sql.contains("'delivered'")) {
            here.failing.clear(new SubscriptionKey(ledger.tenant, subscription));
            here.failing.failed(new SubscriptionKey(ledger.tenant, subscription), Duration.ZERO);
          }
        });

    node.disableFailing.run();

    assertThat(status()).isEqualTo(Status.ACTIVE);
  }

  @Test
  void successBeforeTheFailuresDoesNotCount() {
    Delivery.Key delivered = record(here, SampleAttempts.delivered());
    record(here, SampleAttempts.refused());
    move("6 days", "1 minute");
    Postgres.jdbc()
        .sql(
            """
            alter table deliveries disable trigger user;
            update deliveries set updated_at = now() - interval '7 days'
            where tenant = '%s' and id = '%s';
            alter table deliveries enable trigger user
            """
                .formatted(ledger.tenant.name(), delivered.id().uuid()))
        .update();

    here.disableFailing.run();

    assertThat(status()).isEqualTo(Status.FAILING);
  }

  @Test
  void pausedSubscriptionStaysPaused() {
    Delivery.Key waiting = record(here, SampleAttempts.refused());
    move("6 days", "1 minute");
    SampleSubscriptions.pause(ledger.tenant, subscription);

    here.disableFailing.run();

    assertThat(status()).isEqualTo(Status.PAUSED);
    assertThat(ledger.find(waiting).state()).isEqualTo(State.RETRYING);
  }

  @Test
  void nodesDisableItOnce() throws Exception {
    record(here, SampleAttempts.refused());
    move("6 days", "1 minute");
    long version = Postgres.routesVersion(ledger.tenant);

    AtOnce.times(8, _ -> Executors.callable(() -> here.disableFailing.run()));

    assertThat(status()).isEqualTo(Status.FAILING);
    assertThat(Postgres.routesVersion(ledger.tenant)).isEqualTo(version + 1);
  }

  @Test
  void oldFailuresAreForgotten() {
    record(here, SampleAttempts.refused());
    move("6 days", "49 hours");

    here.disableFailing.run();

    assertThat(since()).isEmpty();
    assertThat(status()).isEqualTo(Status.ACTIVE);
  }

  /** Records an attempt of a new delivery to the subscription. */
  private Delivery.Key record(Node node, Attempt attempt) {
    Delivery.Key each = ledger.to(subscription);
    node.attemptLog.record(ledger.first(each), attempt);
    node.failureWatch.refresh();
    return each;
  }

  private Optional<Instant> since() {
    return Postgres.jdbc()
        .sql("select failing_since from failing_subscriptions where subscription_id = :id")
        .param("id", subscription.uuid())
        .query(OffsetDateTime.class)
        .optional()
        .map(OffsetDateTime::toInstant);
  }

  private static Instant now() {
    return Postgres.jdbc()
        .sql("select clock_timestamp()")
        .query(OffsetDateTime.class)
        .single()
        .toInstant();
  }

  private void move(String since, String last) {
    Postgres.jdbc()
        .sql(
            """
            update failing_subscriptions
            set failing_since = now() - interval '%s', last_failure_at = now() - interval '%s'
            where subscription_id = :id
            """
                .formatted(since, last))
        .param("id", subscription.uuid())
        .update();
  }

  private Status status() {
    return ledger.receiver(key).status();
  }
}
