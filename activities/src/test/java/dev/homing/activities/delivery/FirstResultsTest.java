package dev.homing.activities.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.AtOnce;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** First attempts recorded together have the same effect as recorded one by one. */
@OneAtATime
class FirstResultsTest {
  private final Ledger ledger = new Ledger();

  static Stream<Attempt> attempts() {
    return Stream.of(
        SampleAttempts.delivered(),
        SampleAttempts.refused(),
        SampleAttempts.refused(Duration.ofHours(2)),
        SampleAttempts.timedOut(),
        SampleAttempts.gone());
  }

  @ParameterizedTest
  @MethodSource("attempts")
  void recordsTheSameAsASingleAttempt(Attempt attempt) {
    Delivery.Key one = ledger.toNewSubscription();
    Delivery.Key other = ledger.toNewSubscription();

    Delivery together = ledger.recordFirst(one, attempt);
    Delivery alone = ledger.record(ledger.first(other), attempt);

    assertThat(together).isEqualTo(ledger.find(one));
    assertThat(together)
        .usingRecursiveComparison()
        .ignoringFields("key", "createdAt", "updatedAt", "nextAttemptAt")
        .isEqualTo(alone);
    assertThat(ledger.secondsLeft(one)).isEqualTo(ledger.secondsLeft(other));
    assertThat(ledger.attempts(one))
        .hasSize(1)
        .usingRecursiveComparison()
        .isEqualTo(ledger.attempts(other));
    assertThat(ledger.isOpen(one)).isFalse();
  }

  @Test
  void addsARowWithoutAnAttempt() throws Exception {
    List<Delivery.Key> keys = keys(1, 20);

    AtOnce.times(
        keys.size(),
        i ->
            () -> {
              switch (i % 4) {
                case 0 -> ledger.leave(keys.get(i), State.RETRYING, null, Duration.ofHours(1));
                case 1 -> ledger.leave(keys.get(i), State.HELD, Reason.UNREADABLE, null);
                case 2 -> ledger.leave(keys.get(i), State.CANCELLED, Reason.GONE, null);
                default -> ledger.recordFirst(keys.get(i), SampleAttempts.delivered());
              }
              return i;
            });

    for (int i = 0; i < keys.size(); i++) {
      Delivery row = ledger.find(keys.get(i));
      assertThat(row.attemptCount()).isEqualTo(i % 4 == 3 ? 1 : 0);
      assertThat(row.roundAttempts()).isEqualTo(row.attemptCount());
      assertThat(ledger.attempts(keys.get(i))).hasSize(row.attemptCount());
    }
    assertThat(ledger.find(keys.get(0)).state()).isEqualTo(State.RETRYING);
    assertThat(ledger.secondsLeft(keys.get(0))).isBetween(3_590L, 3_600L);
    assertThat(ledger.find(keys.get(1)).reason()).isEqualTo(Reason.UNREADABLE);
    assertThat(ledger.find(keys.get(2)).state()).isEqualTo(State.CANCELLED);
    assertThat(ledger.find(keys.get(2)).nextAttemptAt()).isNull();
    assertThat(keys).noneMatch(ledger::isOpen);
  }

  @Test
  void leavesAnExistingRowUnchanged() {
    Delivery.Key key = ledger.toNewSubscription();
    ledger.recordFirst(key, SampleAttempts.delivered());
    Delivery before = ledger.find(key);

    ledger.leave(key, State.RETRYING, null, Duration.ZERO);

    assertThat(ledger.find(key)).isEqualTo(before);
  }

  @Test
  void waitThatTheFirstAnswerAsksForIsNoPartOfTheSchedule() {
    Delivery.Key key = ledger.toNewSubscription();
    SampleSubscriptions.allow(ledger.tenant, key.subscriptionId(), 4);

    ledger.node.attemptLog.recordFirst(
        ledger.first(key), SampleAttempts.refused(Duration.ofHours(1)), () -> false);

    // The waits after the second and the third attempt: 10 and 20 seconds.
    assertThat(
            Postgres.jdbc()
                .sql(
                    "select extract(epoch from retry_until - next_attempt_at) from deliveries"
                        + " where id = :id")
                .param("id", key.id().uuid())
                .query(Double.class)
                .single())
        .isEqualTo(30.0);
  }

  @Test
  void recordsMixedResultsTogether() throws Exception {
    List<Delivery.Key> keys = keys(5, 40);

    List<Delivery> all =
        AtOnce.times(
            keys.size(),
            i ->
                () ->
                    ledger.recordFirst(
                        keys.get(i),
                        i % 2 == 0 ? SampleAttempts.delivered() : SampleAttempts.refused()));

    assertThat(all).extracting(Delivery::key).containsExactlyElementsOf(keys);
    assertThat(all).allSatisfy(one -> assertThat(one).isEqualTo(ledger.find(one.key())));
    assertThat(all).filteredOn(one -> one.state() == State.DELIVERED).hasSize(100);
    assertThat(keys).allSatisfy(key -> assertThat(ledger.attempts(key)).hasSize(1));
    assertThat(keys).noneMatch(ledger::isOpen);
  }

  @Test
  void closesAnEventWithItsLastRowFromAnyNode() throws Exception {
    List<Delivery.Key> keys = keys(4, 30);

    AtOnce.times(
        keys.size(),
        i ->
            () ->
                i % 3 == 0
                    ? ledger.cancel(keys.get(i), Reason.CANCELLED)
                    : ledger.recordFirst(keys.get(i), SampleAttempts.delivered()));

    assertThat(keys).noneMatch(ledger::isOpen);
  }

  @Test
  void keepsAnEventOpenWhileARowIsMissing() {
    List<Delivery.Key> keys = keys(1, 3);

    ledger.recordFirst(keys.get(0), SampleAttempts.delivered());
    ledger.recordFirst(keys.get(1), SampleAttempts.delivered());
    assertThat(ledger.isOpen(keys.get(2))).isTrue();

    ledger.recordFirst(keys.get(2), SampleAttempts.delivered());
    assertThat(ledger.isOpen(keys.get(2))).isFalse();
  }

  @Test
  void recordsAloneWhereARowExists() {
    Delivery.Key key = ledger.toNewSubscription();
    ledger.cancel(key, Reason.CANCELLED);

    Delivery refused = ledger.recordFirst(key, SampleAttempts.refused());
    assertThat(refused.state()).isEqualTo(State.CANCELLED);
    assertThat(refused.attemptCount()).isEqualTo(1);

    Delivery delivered = ledger.recordFirst(key, SampleAttempts.delivered());
    assertThat(delivered.state()).isEqualTo(State.DELIVERED);
    assertThat(delivered.attemptCount()).isEqualTo(2);
  }

  @Test
  void recordsBothOfTwoFirstAttempts() throws Exception {
    Delivery.Key key = ledger.toNewSubscription();

    AtOnce.times(8, _ -> () -> ledger.recordFirst(key, SampleAttempts.delivered()));

    assertThat(ledger.attempts(key))
        .extracting(RecordedAttempt::number)
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(ledger.find(key).attemptCount()).isEqualTo(8);
    assertThat(ledger.isOpen(key)).isFalse();
  }

  @Test
  void failsOnlyThePoisonedResult() throws Exception {
    List<Delivery.Key> keys = keys(1, 20);
    try (BrokenTable _ = new BrokenTable(keys.get(7).id())) {
      List<Boolean> recorded = AtOnce.times(keys.size(), i -> () -> recorded(keys.get(i)));

      assertThat(recorded.indexOf(false)).isEqualTo(7);
      assertThat(recorded.lastIndexOf(false)).isEqualTo(7);
    }
    assertThat(ledger.isOpen(keys.get(7))).isTrue();
  }

  private boolean recorded(Delivery.Key key) {
    try {
      ledger.recordFirst(key, SampleAttempts.delivered());
      return true;
    } catch (RuntimeException poisoned) {
      return false;
    }
  }

  /** Deliveries of {@code events} events to {@code recipients} recipients each. */
  private List<Delivery.Key> keys(int events, int recipients) {
    List<SubscriptionId> to =
        IntStream.range(0, recipients)
            .mapToObj(_ -> SampleSubscriptions.active(ledger.tenant, "http://receiver.test/hook"))
            .toList();
    return IntStream.range(0, events)
        .mapToObj(_ -> ledger.node.accept(ledger.tenant, to))
        .flatMap(event -> to.stream().map(recipient -> key(event, recipient)))
        .toList();
  }

  private Delivery.Key key(AcceptedEvent event, SubscriptionId recipient) {
    return new Delivery.Key(ledger.tenant, event.id(), event.type(), recipient);
  }
}
