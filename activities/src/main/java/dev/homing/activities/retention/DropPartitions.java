package dev.homing.activities.retention;

import dev.homing.activities.retention.Partitions.Partition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Drops expired partitions, unless one of their deliveries still waits: its event is kept until the
 * delivery is over.
 */
public final class DropPartitions {
  private static final Logger log = LoggerFactory.getLogger(DropPartitions.class);

  private final Partitions partitions;
  private final RetentionSettings settings;
  private final JdbcClient jdbc;
  private final Step step;

  public DropPartitions(
      Partitions partitions,
      RetentionSettings settings,
      JdbcClient jdbc,
      TransactionTemplate transaction) {
    this.partitions = partitions;
    this.settings = settings;
    this.jdbc = jdbc;
    this.step = new Step(jdbc, transaction);
  }

  /** False if an expired partition could not be dropped; the others are dropped all the same. */
  public boolean drop() {
    boolean done = true;
    for (Partition partition : expired()) {
      done &= partitions.hasWaiting(partition.span()) || drop(partition);
    }
    return done;
  }

  /** The number of expired partitions kept for deliveries that still wait. */
  public long kept() {
    return expired().stream().filter(partition -> partitions.hasWaiting(partition.span())).count();
  }

  private List<Partition> expired() {
    Instant now = partitions.now();
    return Stream.of(Table.values())
        .flatMap(table -> partitions.of(table).stream())
        .filter(
            partition ->
                !partition.span().before().isAfter(now.minus(settings.of(partition.table()))))
        .toList();
  }

  private boolean drop(Partition partition) {
    try {
      if (step.take(() -> dropUnlessWaiting(partition))) {
        log.info("dropped partition {}: it has expired", partition.name());
      }
      return true;
    } catch (DataAccessException e) {
      log.warn(
          "partition {} not dropped, will retry: {}",
          partition.name(),
          e.getMostSpecificCause().getMessage());
      return false;
    }
  }

  /** The locks keep users from asking for another round between the check and the drop. */
  private boolean dropUnlessWaiting(Partition partition) {
    Table table = partition.table();
    if (table == Table.DELIVERIES) {
      jdbc.sql("lock table only deliveries in access exclusive mode").update();
    } else {
      lockDeliveries(partition.span());
    }
    if (partitions.hasWaiting(partition.span()) || !partitions.of(table).contains(partition)) {
      return false;
    }
    jdbc.sql("drop table " + partition.name()).update();
    return true;
  }

  /** Locks deliveries before the dropped table: recording an attempt takes them in this order. */
  private void lockDeliveries(Span span) {
    List<String> names = new ArrayList<>(List.of(Table.DELIVERIES.defaultPartition()));
    partitions.of(Table.DELIVERIES).stream()
        .filter(other -> other.span().overlaps(span))
        .forEach(other -> names.add(other.name()));
    jdbc.sql("lock table %s in exclusive mode".formatted(String.join(", ", names))).update();
  }
}
