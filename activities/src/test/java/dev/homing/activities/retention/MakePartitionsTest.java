package dev.homing.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Node;
import dev.homing.activities.SampleIds;
import dev.homing.activities.delivery.Delivery;
import dev.homing.workflows.EventId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MakePartitionsTest {
  @AutoClose private final FreshDatabase database = new FreshDatabase();
  private final Partitions partitions = database.partitions;
  private final Instant now = partitions.now();

  @ParameterizedTest
  @EnumSource
  void makesPartitionsForTodayAndTheNextSevenDays(Table table) {
    assertThat(partitions.daysAhead()).isZero();

    assertThat(database.makePartitions.make()).isTrue();

    assertThat(database.names(table))
        .isEqualTo(
            IntStream.rangeClosed(0, 7)
                .mapToObj(days -> table.word() + "_" + day(now.plus(Duration.ofDays(days))))
                .toList());
    assertThat(partitions.daysAhead()).isEqualTo(7);
  }

  @Test
  void emptiesTheDefaultPartitionOfDaysWithAPartition() {
    database.makePartitions.make();

    Delivery.Key today = database.delivered(now);
    Delivery.Key inAWeek = database.delivered(now.plus(Duration.ofDays(7)));

    assertThat(database.partitionOf(today.eventId())).isEqualTo("events_" + day(now));
    assertThat(database.partitionOf(inAWeek.eventId()))
        .isEqualTo("events_" + day(now.plus(Duration.ofDays(7))));
    assertNothingIsWithoutPartition();
  }

  @Test
  void givesPartitionsTheKeysAndIndexesOfTheirTable() {
    database.makePartitions.make();

    assertThat(indexes("deliveries_" + day(now))).hasSize(9).isEqualTo(indexes("deliveries"));
  }

  @Test
  void givesPartitionsTheTriggersOfTheirTable() {
    database.makePartitions.make();

    assertThat(triggers("deliveries_" + day(now))).containsExactly("change");
  }

  private List<@Nullable String> triggers(String table) {
    return database
        .jdbc
        .sql("select tgname from pg_trigger where tgrelid = cast(:table as regclass)")
        .param("table", table)
        .query(String.class)
        .list();
  }

  @Test
  void movesRowsOutOfTheDefaultPartition() {
    List<Delivery.Key> keys =
        Stream.of(0, 1, 3, 3, 40)
            .map(days -> database.deliveredTogether(now.minus(Duration.ofDays(days))))
            .toList();
    for (Table table : Table.values()) {
      assertThat(partitions.withoutPartition(table)).as(table.word()).isEqualTo(5);
    }

    assertThat(database.makePartitions.make()).isTrue();

    assertNothingIsWithoutPartition();
    assertThat(keys).allSatisfy(this::assertIsWhole);
    assertThat(keys)
        .allSatisfy(
            key ->
                assertThat(database.node.eventWorkflows.ids(key.tenant(), List.of(key.eventId())))
                    .containsValue("evts_" + key.eventId().uuid()));
    assertThat(database.names(Table.EVENTS)).hasSize(8 + 3);
  }

  @Test
  void leavesRowsDatedBeyondTheWeekInTheDefaultPartition() {
    Delivery.Key key = database.delivered(now.plus(Duration.ofDays(400)));

    assertThat(database.makePartitions.make()).isTrue();

    assertThat(partitions.withoutPartition(Table.EVENTS)).isEqualTo(1);
    assertIsWhole(key);
  }

  @Test
  void givesADayWithManyRowsSeveralPartitions() {
    addToday(50_000);

    assertThat(database.makePartitions.make()).isTrue();

    assertNothingIsWithoutPartition();
    assertThat(database.names(Table.EVENTS)).hasSize(7 + 3);
    assertThat(count("events")).isEqualTo(50_000);
    assertThat(Span.dayOf(now).without(partitions.spans(Table.EVENTS))).isEmpty();
  }

  @Test
  void changesNothingOnTheSecondRun() {
    addToday(20_001);
    database.makePartitions.make();
    List<String> before = database.names(Table.EVENTS);

    assertThat(database.makePartitions.make()).isTrue();

    assertThat(database.names(Table.EVENTS)).isEqualTo(before);
  }

  @Test
  void runsOnManyNodesAtOnce() throws Exception {
    database.delivered(now);

    List<Boolean> all = AtOnce.times(4, _ -> database.makePartitions()::make);

    assertThat(all).containsOnly(true);
    assertThat(database.makePartitions.make()).isTrue();
    assertThat(database.names(Table.EVENTS)).hasSize(8);
    assertNothingIsWithoutPartition();
  }

  @Test
  void losesAndRefusesNoEventWhileMovingRows() throws Exception {
    addToday(60_000);
    AtomicBoolean made = new AtomicBoolean();

    List<List<EventId>> accepted =
        AtOnce.times(5, i -> () -> i == 0 ? make(made) : acceptUntil(made));

    List<EventId> all = accepted.stream().flatMap(List::stream).toList();
    assertThat(all).hasSizeGreaterThan(20);
    assertThat(all)
        .allSatisfy(
            event ->
                assertThat(database.node.events.find(FreshDatabase.TENANT, event)).isPresent());
    assertThat(count("events")).isEqualTo(60_000 + all.size());
    assertNothingIsWithoutPartition();
  }

  private List<EventId> make(AtomicBoolean made) {
    try {
      assertThat(database.makePartitions.make()).isTrue();
    } finally {
      made.set(true);
    }
    return List.of();
  }

  /** Whatever was accepted is there at every moment, also with its payload. */
  private List<EventId> acceptUntil(AtomicBoolean made) {
    List<EventId> accepted = new ArrayList<>();
    Node node = database.node;
    while (!made.get()) {
      EventId event = node.accept(FreshDatabase.TENANT, SampleIds.subscription()).id();
      accepted.add(event);
      EventId earlier = accepted.get(accepted.size() / 2);
      assertThat(node.events.find(FreshDatabase.TENANT, earlier)).isPresent();
      assertThat(node.events.payload(FreshDatabase.TENANT, earlier)).isPresent();
    }
    return accepted;
  }

  @Test
  void givesUpSoonBehindAQueryThatHoldsATable() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.execute(
          () ->
              database.node.transaction.executeWithoutResult(
                  _ -> {
                    count("events");
                    reading.countDown();
                    await(done);
                  }));
      await(reading);

      assertThat(database.makePartitions.make()).isFalse();
      database.delivered(now);
      done.countDown();
    }

    assertThat(database.names(Table.PAYLOADS)).hasSize(8);
    assertThat(database.names(Table.EVENTS)).isEmpty();
    assertThat(database.makePartitions.make()).isTrue();
    assertNothingIsWithoutPartition();
  }

  private void addToday(int count) {
    database
        .jdbc
        .sql(
            """
            insert into events (tenant, id, type, content_type, recipients)
            select 'default', cast(
                lpad(to_hex(:midnight + n), 12, '0') || '7000'
                  || '8000' || lpad(to_hex(n), 12, '0') as uuid),
              'order.created', 'application/json', '{}'
            from generate_series(1, :count) n
            """)
        .param("midnight", Span.dayOf(now).from().toEpochMilli())
        .param("count", count)
        .update();
  }

  private void assertNothingIsWithoutPartition() {
    assertThat(Table.values()).allMatch(table -> partitions.withoutPartition(table) == 0);
  }

  private void assertIsWhole(Delivery.Key key) {
    Node node = database.node;
    assertThat(node.events.find(key.tenant(), key.eventId())).isPresent();
    assertThat(node.events.payload(key.tenant(), key.eventId())).contains(Node.PAYLOAD);
    assertThat(node.deliveries.find(key.tenant(), key.id())).isPresent();
    assertThat(node.attempts.of(key.tenant(), key.id())).hasSize(1);
  }

  private long count(String table) {
    return database.jdbc.sql("select count(*) from " + table).query(Long.class).single();
  }

  /** What they index, without their names. */
  private List<@Nullable String> indexes(String table) {
    return database
        .jdbc
        .sql(
            """
            select substring(indexdef from ' USING .*') from pg_indexes
            where tablename = :table
            order by 1
            """)
        .param("table", table)
        .query(String.class)
        .list();
  }

  private static String day(Instant moment) {
    return DateTimeFormatter.ofPattern("uuuuMMdd").format(moment.atOffset(ZoneOffset.UTC));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
