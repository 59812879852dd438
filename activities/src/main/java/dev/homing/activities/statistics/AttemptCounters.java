package dev.homing.activities.statistics;

import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptListener;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.outbound.Attempt;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the attempts of this node in memory, until {@link FlushCounters} takes them.
 *
 * <p>An attempt costs a look into a map and a few increments; attempts of different subscriptions
 * share neither. There are at most 20,000 counters, of some 400 bytes. Attempts beyond that are
 * counted for their tenant only, with 20,000 counters more; those beyond that are not counted.
 */
public final class AttemptCounters implements AttemptListener {
  private static final int MAX_COUNTERS = 20_000;

  private final int max;
  private final Map<CountKey, Counter> counters = new ConcurrentHashMap<>();
  private final LongAdder uncounted = new LongAdder();

  public AttemptCounters() {
    this(MAX_COUNTERS);
  }

  AttemptCounters(int max) {
    this.max = max;
  }

  @Override
  public void recorded(AttemptContext context, Attempt attempt, Delivery after) {
    CountKey key = CountKey.of(context, attempt);
    if (!count(key, max, context, attempt, after)
        && !count(key.ofTenant(), 2 * max, context, attempt, after)) {
      uncounted.increment();
    }
  }

  /** Counts the attempt, unless it needs a new counter and there are too many. */
  private boolean count(
      CountKey key, int most, AttemptContext context, Attempt attempt, Delivery after) {
    while (true) {
      Counter counter = counters.get(key);
      if (counter == null) {
        if (counters.size() >= most) {
          return false;
        }
        counter = counters.computeIfAbsent(key, _ -> new Counter());
      }
      if (counter.count(context, attempt, after)) {
        return true;
      }
      counters.remove(key, counter);
    }
  }

  /** Attempts that were not even counted for their tenant. */
  public long uncounted() {
    return uncounted.sum();
  }

  /** Takes what was counted since the last call, and retires counters that were not used. */
  Map<CountKey, Counts> drain() {
    Map<CountKey, Counts> drained = new HashMap<>();
    counters.forEach(
        (key, counter) -> {
          if (!drain(key, counter, drained) && counter.retire()) {
            drain(key, counter, drained);
            counters.remove(key, counter);
          }
        });
    return drained;
  }

  private static boolean drain(CountKey key, Counter counter, Map<CountKey, Counts> drained) {
    Counts counts = counter.drain(key.outcome());
    if (counts == null) {
      return false;
    }
    drained.computeIfAbsent(key, _ -> new Counts()).add(counts);
    return true;
  }

  int size() {
    return counters.size();
  }
}
