package dev.homing.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.delivery.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Migrates an installation older than the daily partitions. */
class MigrationTest {
  @AutoClose private final FreshDatabase database = new FreshDatabase("3");
  private final Instant now = database.partitions.now();

  @Test
  void keepsExistingRowsInOnePartition() {
    List<Delivery.Key> keys =
        Stream.of(-400, -1, 0, 400)
            .map(days -> database.delivered(now.plus(Duration.ofDays(days))))
            .toList();

    database.migrate("latest");

    assertThat(keys)
        .allSatisfy(
            key -> {
              assertThat(database.node.events.payload(key.tenant(), key.eventId())).isPresent();
              assertThat(database.node.deliveries.find(key.tenant(), key.id())).isPresent();
              assertThat(database.node.attempts.of(key.tenant(), key.id())).hasSize(1);
            });
    assertThat(keys)
        .extracting(key -> database.partitionOf(key.eventId()))
        .containsExactly("events_first", "events_first", "events_first", "events_default");
  }

  @Test
  void makesDailyPartitionsAfterwards() {
    Delivery.Key before = database.delivered(now);
    database.migrate("latest");
    Instant tomorrow = now.plus(Duration.ofDays(1));
    Delivery.Key atOnce = database.delivered(tomorrow);

    assertThat(database.makePartitions.make()).isTrue();

    assertThat(database.partitionOf(before.eventId())).isEqualTo("events_first");
    assertThat(database.partitionOf(atOnce.eventId())).isEqualTo("events_first");
    assertThat(database.names(Table.DELIVERIES)).hasSize(1 + 6);
    assertThat(database.partitions.daysAhead()).isEqualTo(7);
    assertThat(database.dropPartitions(Duration.ofDays(1), null).drop()).isTrue();
    assertThat(database.names(Table.DELIVERIES)).hasSize(1 + 6);
  }

  @Test
  void leavesEmptyTablesUnchanged() {
    database.migrate("latest");

    assertThat(Table.values()).allMatch(table -> database.names(table).isEmpty());
  }
}
