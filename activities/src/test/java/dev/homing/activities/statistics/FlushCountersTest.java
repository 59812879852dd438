package dev.homing.activities.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Postgres;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.statistics.Statistics.Filter;
import dev.homing.workflows.SubscriptionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

class FlushCountersTest {
  private static final StatisticsSettings SETTINGS = new StatisticsSettings(Duration.ofDays(30));

  private final Ledger ledger = new Ledger();
  private final Delivery.Key key = ledger.toNewSubscription();
  private final AttemptCounts stored = new AttemptCounts(Postgres.jdbc(), SETTINGS);
  private final AttemptCounters counters = new AttemptCounters();
  private final FlushCounters flush = new FlushCounters(counters, stored);
  private final Statistics statistics = new Statistics(Postgres.jdbc());

  private void count(AttemptCounters here, Delivery.Key delivery, Attempt attempt, State state) {
    AttemptContext context = AttemptContext.first(delivery, ledger.receiver(key));
    here.recorded(context, attempt, inState(delivery, state));
  }

  private static Delivery inState(Delivery.Key delivery, State state) {
    return new Delivery(
        delivery, state, null, 1, 1, 1, null, null, false, null, null, Instant.now());
  }

  private Delivery.Key ofType(String type) {
    return new Delivery.Key(key.tenant(), key.eventId(), type, key.subscriptionId());
  }

  private Filter all() {
    return filter(null, null);
  }

  private Filter filter(@Nullable SubscriptionId subscription, @Nullable String type) {
    return new Filter(
        ledger.tenant, subscription, type, Instant.EPOCH, Instant.now().plus(1, ChronoUnit.DAYS));
  }

  @Test
  void storesWhatAttemptsOfEveryLaneCameTo() {
    Delivery.Key drained = ledger.backlog(key.subscriptionId(), 1).getFirst();
    Delivery.Key other = ledger.to(key.subscriptionId());
    var log = ledger.node.attemptLog;
    log.recordFirst(ledger.first(key), SampleAttempts.delivered(), () -> true);
    log.recordFirst(ledger.first(other), SampleAttempts.timedOut(), () -> true);
    ledger.assignTo("run", other, false);
    log.record(
        AttemptContext.ofRun(other, 1, "run", ledger.receiver(other)), SampleAttempts.refused());
    log.recordDrained(
        AttemptContext.drained(drained, 1, ledger.receiver(drained)),
        SampleAttempts.answered(500, "abort-message"));

    new FlushCounters(ledger.node.counters, stored).flush();

    Counts total = statistics.total(all());
    assertThat(total.outcomes()).isEqualTo(Map.of("delivered", 1L, "timed_out", 1L, "refused", 2L));
    assertThat(total.cancelled()).isEqualTo(1);
    assertThat(total.failed()).isZero();
    // Of 120 ms each; no answer came to the one that timed out.
    assertThat(total.took().array()).isEqualTo("{0,0,0,0,0,0,0,3}");
  }

  @Test
  void countsFailedDeliveriesByTheirLastAttempt() {
    count(counters, key, SampleAttempts.refused(), State.RETRYING);
    count(counters, key, SampleAttempts.refused(), State.FAILED);
    count(counters, key, SampleAttempts.gone(), State.CANCELLED);
    count(counters, key, SampleAttempts.delivered(), State.DELIVERED);

    flush.flush();

    Counts total = statistics.total(all());
    assertThat(total.attempts()).isEqualTo(4);
    assertThat(total.failed()).isEqualTo(1);
    assertThat(total.cancelled()).isEqualTo(1);
  }

  @Test
  void storesSumsOfSubscriptionsAndTypes() {
    Delivery.Key other = ledger.toNewSubscription();
    count(counters, key, SampleAttempts.delivered(), State.DELIVERED);
    count(counters, ofType("b"), SampleAttempts.delivered(), State.DELIVERED);
    count(counters, other, SampleAttempts.refused(), State.RETRYING);

    flush.flush();

    assertThat(statistics.total(all()).attempts()).isEqualTo(3);
    assertThat(statistics.total(filter(key.subscriptionId(), null)).attempts()).isEqualTo(2);
    assertThat(statistics.total(filter(null, "b")).attempts()).isEqualTo(1);
    assertThat(statistics.total(filter(key.subscriptionId(), "b")).attempts()).isEqualTo(1);
    assertThat(statistics.total(filter(other.subscriptionId(), "b")).attempts()).isZero();
    assertThat(statistics.byEventType(all()))
        .extracting(Statistics.Group::of, group -> group.counts().attempts())
        .containsExactly(tuple(key.eventType(), 2L), tuple("b", 1L));
    assertThat(statistics.bySubscription(all()))
        .extracting(Statistics.Group::of)
        .containsExactly(other.subscriptionId());
  }

  @Test
  void addsToWhatIsStored() {
    for (int i = 0; i < 3; i++) {
      count(counters, key, SampleAttempts.delivered(), State.DELIVERED);
      flush.flush();
    }

    Counts total = statistics.total(all());
    assertThat(total.outcomes()).isEqualTo(Map.of("delivered", 3L));
    assertThat(total.took().array()).isEqualTo("{0,0,0,0,0,0,0,3}");
  }

  /** The same counts in another order at each of four nodes. */
  @Test
  void nodesThatStoreAtOnceDoNotDeadlock() throws Exception {
    long hour = CountKey.hour(Instant.now());
    List<CountKey> keys =
        IntStream.range(0, 2_000)
            .mapToObj(i -> new CountKey(ledger.tenant, null, "type-" + i, hour, "delivered"))
            .toList();

    AtOnce.times(
        4,
        node ->
            () -> {
              for (int round = 0; round < 5; round++) {
                List<Map.Entry<CountKey, Counts>> shuffled =
                    new ArrayList<>(keys.stream().map(each -> Map.entry(each, counted())).toList());
                Collections.shuffle(shuffled, new Random(10L * node + round));
                stored.add(shuffled);
              }
              return true;
            });

    assertThat(statistics.byEventType(all()))
        .allSatisfy(group -> assertThat(group.counts().attempts()).isEqualTo(20));
    assertThat(statistics.total(filter(null, "type-7")).attempts()).isEqualTo(20);
  }

  @Test
  void keepsWhatItCannotStoreNow() {
    class Away extends DelegatingDataSource {
      boolean away = true;

      Away() {
        super(Postgres.pool());
      }

      @Override
      public Connection getConnection() throws SQLException {
        if (away) {
          throw new SQLException("away");
        }
        return super.getConnection();
      }
    }
    Away database = new Away();
    FlushCounters patient =
        new FlushCounters(counters, new AttemptCounts(JdbcClient.create(database), SETTINGS));
    count(counters, key, SampleAttempts.delivered(), State.DELIVERED);
    patient.flush();
    count(counters, key, SampleAttempts.delivered(), State.DELIVERED);
    patient.flush();
    assertThat(statistics.total(all()).attempts()).isZero();

    database.away = false;
    patient.flush();

    assertThat(statistics.total(all()).attempts()).isEqualTo(2);
  }

  @Test
  void countsAttemptsBeyondItsMemoryForTheirTenantOnly() {
    AttemptCounters small = new AttemptCounters(2);
    for (String type : List.of("a", "b", "c", "d")) {
      count(small, ofType(type), SampleAttempts.delivered(), State.DELIVERED);
    }
    count(small, ofType("a"), SampleAttempts.refused(), State.RETRYING);
    count(small, ofType("a"), SampleAttempts.gone(), State.RETRYING);

    new FlushCounters(small, stored).flush();

    assertThat(statistics.total(all()).outcomes())
        .isEqualTo(Map.of("delivered", 4L, "refused", 1L));
    assertThat(statistics.total(filter(null, "b")).attempts()).isEqualTo(1);
    assertThat(statistics.total(filter(null, "c")).attempts()).isZero();
    assertThat(small.uncounted()).isEqualTo(1);
  }

  @Test
  void forgetsCountersThatAreNotUsed() {
    count(counters, key, SampleAttempts.delivered(), State.DELIVERED);

    flush.flush();
    assertThat(counters.size()).isEqualTo(1);
    flush.flush();

    assertThat(counters.size()).isZero();
  }

  @Test
  void missesNothingThatIsCountedWhileItFlushes() throws Exception {
    int threads = 4;
    int each = 20_000;
    CountDownLatch counting = new CountDownLatch(threads);
    AttemptContext context = AttemptContext.first(key, ledger.receiver(key));
    Attempt attempt = SampleAttempts.delivered();
    Delivery after = inState(key, State.DELIVERED);

    AtOnce.times(
        threads + 1,
        i ->
            () -> {
              if (i == threads) {
                while (counting.getCount() > 0) {
                  flush.flush();
                }
              } else {
                for (int n = 0; n < each; n++) {
                  counters.recorded(context, attempt, after);
                }
                counting.countDown();
              }
              return true;
            });
    flush.flush();
    flush.flush();

    assertThat(statistics.total(all()).attempts()).isEqualTo(80_000);
    assertThat(statistics.total(all()).took().array()).isEqualTo("{0,0,0,0,0,0,0,80000}");
  }

  @Test
  void deletesCountsThatHaveExpired() {
    Instant now = Instant.now();
    for (int days : new int[] {29, 31, 300}) {
      stored.add(
          List.of(
              Map.entry(
                  new CountKey(
                      ledger.tenant,
                      null,
                      null,
                      CountKey.hour(now.minus(Duration.ofDays(days))),
                      "delivered"),
                  counted())));
    }

    stored.deleteExpired();

    assertThat(statistics.byDay(all())).hasSize(1);
  }

  private static Counts counted() {
    Counts counts = new Counts();
    counts.add("delivered", 1, 0, 0);
    return counts;
  }

  @Test
  void tellsHoursAndDaysInTheirOrder() {
    Instant midnight = Instant.parse("2026-03-02T00:00:00Z");
    for (int hour : new int[] {25, -1, 0, 23}) {
      stored.add(
          List.of(
              Map.entry(
                  new CountKey(
                      ledger.tenant,
                      null,
                      null,
                      CountKey.hour(midnight.plus(hour, ChronoUnit.HOURS)),
                      "delivered"),
                  counted())));
    }

    assertThat(statistics.byHour(all()))
        .extracting(group -> ChronoUnit.HOURS.between(midnight, group.of()))
        .containsExactly(-1L, 0L, 23L, 25L);
    assertThat(statistics.byDay(all()))
        .extracting(
            group -> ChronoUnit.DAYS.between(midnight, group.of()),
            group -> group.counts().attempts())
        .containsExactly(tuple(-1L, 1L), tuple(0L, 2L), tuple(1L, 1L));
  }
}
