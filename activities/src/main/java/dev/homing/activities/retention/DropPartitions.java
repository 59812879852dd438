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
 * Drops the partitions whose time is over, unless a delivery of that time still waits: what is to
 * be sent is kept until it is.
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

  /** False if something is left to do; what fails keeps nothing else from being dropped. */
  public boolean drop() {
    boolean all = true;
    for (Partition partition : expired()) {
      all &= partitions.waits(partition.span()) || drop(partition);
    }
    return all;
  }

  /** How many are kept beyond their time because something waits. */
  public long kept() {
    return expired().stream().filter(partition -> partitions.waits(partition.span())).count();
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
      if (step.take(() -> dropUnlessItWaits(partition))) {
        log.info("dropped {}: its time is over", partition.name());
      }
      return true;
    } catch (DataAccessException later) {
      log.warn(
          "{} cannot be dropped now: {}",
          partition.name(),
          later.getMostSpecificCause().getMessage());
      return false;
    }
  }

  /** Nobody can ask for a delivery to be made again between the look and the drop. */
  private boolean dropUnlessItWaits(Partition partition) {
    Table table = partition.table();
    if (table == Table.DELIVERIES) {
      jdbc.sql("lock table only deliveries in access exclusive mode").update();
    } else {
      lockDeliveries(partition.span());
    }
    if (partitions.waits(partition.span()) || !partitions.of(table).contains(partition)) {
      return false;
    }
    jdbc.sql("drop table " + partition.name()).update();
    return true;
  }

  /** Before the table that is dropped from: whoever records an attempt has them in this order. */
  private void lockDeliveries(Span span) {
    List<String> names = new ArrayList<>(List.of(Table.DELIVERIES.rest()));
    partitions.of(Table.DELIVERIES).stream()
        .filter(other -> other.span().overlaps(span))
        .forEach(other -> names.add(other.name()));
    jdbc.sql("lock table %s in exclusive mode".formatted(String.join(", ", names))).update();
  }
}
