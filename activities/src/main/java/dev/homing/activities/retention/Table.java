package dev.homing.activities.retention;

import java.util.Locale;

/**
 * The tables that only grow, partitioned by ids that begin with the time of their event.
 *
 * <p>In the order in which what is over is dropped: deliveries last, as they say what still waits.
 */
public enum Table {
  PAYLOADS("event_id", 2_000),
  EVENT_WORKFLOWS("event_id", 20_000),
  EVENTS("id", 20_000),
  ATTEMPTS("delivery_id", 20_000),
  DELIVERIES("id", 20_000);

  private final String key;
  private final int movedAtOnce;

  Table(String key, int movedAtOnce) {
    this.key = key;
    this.movedAtOnce = movedAtOnce;
  }

  /** As SQL has it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The column that it is partitioned by. */
  String key() {
    return key;
  }

  /** The partition for what has none. */
  String rest() {
    return word() + "_default";
  }

  /** How many rows may move while accepting waits. */
  int movedAtOnce() {
    return movedAtOnce;
  }
}
