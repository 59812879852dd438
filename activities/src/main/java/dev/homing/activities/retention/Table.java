package dev.homing.activities.retention;

import java.util.Locale;

/**
 * The tables that only grow, partitioned by ids that start with the time of their event.
 *
 * <p>Listed in the order in which expired partitions are dropped: deliveries last, as they tell
 * which ones still wait.
 */
public enum Table {
  PAYLOADS("event_id", 2_000),
  EVENT_WORKFLOWS("event_id", 20_000),
  EVENTS("id", 20_000),
  ATTEMPTS("delivery_id", 20_000),
  DELIVERIES("id", 20_000);

  private final String key;
  private final int maxRowsMoved;

  Table(String key, int maxRowsMoved) {
    this.key = key;
    this.maxRowsMoved = maxRowsMoved;
  }

  /** The table's name in SQL. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The column by which the table is partitioned. */
  String key() {
    return key;
  }

  /** The name of the default partition. */
  String defaultPartition() {
    return word() + "_default";
  }

  /** The most rows that may be moved while accepting waits. */
  int maxRowsMoved() {
    return maxRowsMoved;
  }
}
