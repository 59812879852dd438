package dev.homing.app.maintenance;

import dev.homing.activities.retention.AnalyzeTables;
import dev.homing.activities.retention.DropPartitions;
import dev.homing.activities.retention.ExpiredKeys;
import dev.homing.activities.retention.MakePartitions;
import dev.homing.activities.retention.Partitions;
import dev.homing.activities.retention.Table;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Makes partitions ahead, drops expired ones and keys, and analyzes tables that fill quickly.
 *
 * <p>{@link #keep} runs before this node is ready, then every hour, and again after five minutes if
 * something is left to do. Nothing depends on it: a row without a partition for its day goes into
 * the default one.
 */
@Component
public class PartitionKeeper {
  private static final Logger log = LoggerFactory.getLogger(PartitionKeeper.class);
  private static final Duration INTERVAL = Duration.ofHours(1);
  private static final Duration RETRY_INTERVAL = Duration.ofMinutes(5);

  private final MakePartitions makePartitions;
  private final AnalyzeTables analyzeTables;
  private final DropPartitions dropPartitions;
  private final ExpiredKeys expiredKeys;
  private final Partitions partitions;
  private final Clock clock;
  private volatile Instant due = Instant.MIN;
  private volatile State state = new State(Map.of(), 0, 0);

  PartitionKeeper(
      MakePartitions makePartitions,
      AnalyzeTables analyzeTables,
      DropPartitions dropPartitions,
      ExpiredKeys expiredKeys,
      Partitions partitions,
      Clock clock,
      MeterRegistry metrics) {
    this.makePartitions = makePartitions;
    this.analyzeTables = analyzeTables;
    this.dropPartitions = dropPartitions;
    this.expiredKeys = expiredKeys;
    this.partitions = partitions;
    this.clock = clock;
    for (Table table : Table.values()) {
      Gauge.builder(
              "homing.partitions.default.rows",
              () -> state.withoutPartition().getOrDefault(table, 0))
          .description("Rows that found no partition for their day")
          .tag("table", table.word())
          .register(metrics);
    }
    Gauge.builder("homing.partitions.kept", () -> state.kept())
        .description("Partitions kept beyond their time because a delivery in them still waits")
        .register(metrics);
    Gauge.builder("homing.partitions.ahead", () -> state.daysAhead())
        .description("Days after today that have their partitions")
        .register(metrics);
  }

  /**
   * How the partitions are.
   *
   * @param withoutPartition rows that found no partition for their day, counted up to a limit
   * @param kept partitions kept beyond their time, because a delivery in them still waits
   * @param daysAhead days after today that have their partitions
   */
  public record State(Map<Table, Integer> withoutPartition, long kept, int daysAhead) {}

  /** What this node saw last. */
  public State latest() {
    return state;
  }

  /** Keeps partitions if that is due; never throws. */
  public void keep() {
    try {
      if (!clock.instant().isBefore(due)) {
        due = clock.instant().plus(RETRY_INTERVAL);
        due = clock.instant().plus(keepNow() ? INTERVAL : RETRY_INTERVAL);
      }
      state = state();
    } catch (RuntimeException e) { // No failure here may stop a start.
      log.warn("cannot keep partitions or drop expired keys now: {}", e.toString());
    }
  }

  /** Analyzes tables that fill quickly; never throws. */
  void analyze() {
    try {
      int analyzed = analyzeTables.analyzeGrown();
      log.debug("analyzed {} tables", analyzed);
    } catch (DataAccessException | TransactionException e) {
      log.debug("cannot analyze tables now", e);
    }
  }

  /** Makes and drops partitions, and evicts keys; false if something is left to do. */
  private boolean keepNow() {
    boolean made = makePartitions.make();
    boolean dropped = dropPartitions.drop();
    expiredKeys.evict();
    return made && dropped;
  }

  private State state() {
    Map<Table, Integer> withoutPartition = new EnumMap<>(Table.class);
    for (Table table : Table.values()) {
      int rows = partitions.withoutPartition(table);
      withoutPartition.put(table, rows);
      if (rows > state.withoutPartition().getOrDefault(table, 0)) {
        log.warn("{} rows of {} found no partition for their day", rows, table.word());
      }
    }
    return new State(withoutPartition, dropPartitions.kept(), partitions.daysAhead());
  }
}
