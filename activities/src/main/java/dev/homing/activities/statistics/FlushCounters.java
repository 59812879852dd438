package dev.homing.activities.statistics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Adds what this node has counted to the counts in PostgreSQL.
 *
 * <p>A node that is killed loses what it has counted since the last flush. If a commit's answer is
 * lost, its counts are added twice.
 */
public final class FlushCounters {
  private static final Logger log = LoggerFactory.getLogger(FlushCounters.class);

  private static final int ROWS_PER_STATEMENT = 2_000;

  private final AttemptCounters counters;
  private final AttemptCounts stored;
  private List<Map.Entry<CountKey, Counts>> unsaved = List.of();

  public FlushCounters(AttemptCounters counters, AttemptCounts stored) {
    this.counters = counters;
    this.stored = stored;
  }

  /** Stores all that was counted; what cannot be stored now is kept for the next call. */
  public synchronized void flush() {
    try {
      store(); // First what was left over: until then, counters count on, in bounded memory.
      unsaved = sums(counters.drain());
      store();
    } catch (DataAccessException e) {
      log.warn("cannot store statistics now: {}", e.getMessage());
    }
  }

  private void store() {
    while (!unsaved.isEmpty()) {
      int size = Math.min(ROWS_PER_STATEMENT, unsaved.size());
      stored.add(unsaved.subList(0, size));
      unsaved = unsaved.subList(size, unsaved.size());
    }
  }

  private static List<Map.Entry<CountKey, Counts>> sums(Map<CountKey, Counts> counted) {
    Map<CountKey, Counts> sums = new HashMap<>();
    counted.forEach(
        (key, counts) ->
            key.sums().forEach(sum -> sums.computeIfAbsent(sum, _ -> new Counts()).add(counts)));
    return List.copyOf(sums.entrySet());
  }
}
