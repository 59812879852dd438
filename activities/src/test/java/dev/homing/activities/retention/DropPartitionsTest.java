package dev.homing.activities.retention;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.AtOnce;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.event.Events;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DropPartitionsTest {
  private static final Duration MONTH = Duration.ofDays(30);

  @AutoClose private final FreshDatabase database = new FreshDatabase();
  private final Events events = database.node.events;
  private final DropPartitions drop = database.dropPartitions(MONTH, null);

  @Test
  void dropsExpiredPartitions() {
    Delivery.Key old = database.delivered(daysAgo(32));
    database.makePartitions.make();

    assertThat(drop.drop()).isTrue();

    assertThat(Table.values()).allMatch(table -> database.names(table).size() == 8);
    assertThat(events.find(old.tenant(), old.eventId())).isEmpty();
    assertThat(events.payload(old.tenant(), old.eventId())).isEmpty();
    assertThat(database.node.deliveries.find(old.tenant(), old.id())).isEmpty();
    assertThat(database.node.attempts.of(old.tenant(), old.id())).isEmpty();
  }

  @Test
  void keepsADayUntilItsLastEventHasExpired() {
    Delivery.Key young = database.delivered(daysAgo(30));
    database.makePartitions.make();

    assertThat(drop.drop()).isTrue();

    assertThat(events.payload(young.tenant(), young.eventId())).isPresent();
    assertThat(database.node.deliveries.find(young.tenant(), young.id())).isPresent();
    assertThat(drop.kept()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"RETRYING", "HELD"})
  void keepsADayWhileOneOfItsDeliveriesWaits(Delivery.State waits) {
    database.delivered(daysAgo(32));
    Delivery.Key waiting = database.of(daysAgo(32), waits);
    Delivery.Key over = database.delivered(daysAgo(33));
    database.makePartitions.make();

    assertThat(drop.drop()).isTrue();

    assertThat(drop.kept()).isEqualTo(4);
    assertThat(events.payload(waiting.tenant(), waiting.eventId())).isPresent();
    assertThat(events.find(over.tenant(), over.eventId())).isEmpty();

    end(waiting);
    assertThat(drop.drop()).isTrue();

    assertThat(drop.kept()).isZero();
    assertThat(events.find(waiting.tenant(), waiting.eventId())).isEmpty();
  }

  @Test
  void keepsADayWhileOneOfItsEventsIsOpen() {
    Delivery.Key open = database.open(daysAgo(32));
    database.makePartitions.make();

    drop.drop();

    assertThat(events.payload(open.tenant(), open.eventId())).isPresent();
    assertThat(drop.kept()).isEqualTo(2);
  }

  @Test
  void dropsPayloadsBeforeEvents() {
    Delivery.Key key = database.delivered(daysAgo(4));
    Delivery.Key waiting = database.of(daysAgo(5), Delivery.State.RETRYING);
    Delivery.Key young = database.delivered(daysAgo(1));
    database.makePartitions.make();
    DropPartitions earlier = database.dropPartitions(MONTH, Duration.ofDays(2));

    assertThat(earlier.drop()).isTrue();

    assertThat(events.payload(key.tenant(), key.eventId())).isEmpty();
    assertThat(events.find(key.tenant(), key.eventId())).isPresent();
    assertThat(database.node.deliveries.find(key.tenant(), key.id())).isPresent();
    assertThat(events.payload(waiting.tenant(), waiting.eventId())).isPresent();
    assertThat(events.payload(young.tenant(), young.eventId())).isPresent();
    assertThat(earlier.kept()).isEqualTo(1);
  }

  /** The payload must not go between somebody's look and their wish. */
  @Test
  void keepsADayWhenANewRoundWasJustAskedFor() throws Exception {
    Delivery.Key key = database.delivered(daysAgo(32));
    database.makePartitions.make();

    boolean dropped =
        requireNonNull(
            database.node.transaction.execute(
                _ -> {
                  database.node.waiting.openRound(key.tenant(), key.id());
                  return elsewhere(drop::drop);
                }));

    assertThat(dropped).isFalse();
    assertThat(events.payload(key.tenant(), key.eventId())).isPresent();
    assertThat(drop.drop()).isTrue();
    assertThat(drop.kept()).isEqualTo(4);
    assertThat(events.payload(key.tenant(), key.eventId())).isPresent();
  }

  @Test
  void runsOnManyNodesAtOnce() throws Exception {
    for (int days = 32; days < 37; days++) {
      database.delivered(daysAgo(days));
    }
    database.makePartitions.make();

    List<Boolean> all = AtOnce.times(4, _ -> database.dropPartitions(MONTH, null)::drop);

    assertThat(all).containsOnly(true);
    assertThat(drop.drop()).isTrue();
    assertThat(Table.values()).allMatch(table -> database.names(table).size() == 8);
  }

  private Instant daysAgo(int days) {
    return database.partitions.now().minus(Duration.ofDays(days));
  }

  private void end(Delivery.Key key) {
    database.node.transaction.executeWithoutResult(
        _ -> database.node.waiting.cancel(key, Reason.CANCELLED));
  }

  private static <T extends @Nullable Object> T elsewhere(Callable<T> what) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return threads.submit(what).get(30, TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }
}
