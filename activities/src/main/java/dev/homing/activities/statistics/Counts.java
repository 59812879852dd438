package dev.homing.activities.statistics;

import dev.homing.workflows.delivery.Outcome;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What some attempts came to. */
public final class Counts {
  private static final String DELIVERED = new Outcome.Delivered(200).word();
  private static final List<String> REFUSED =
      List.of(new Outcome.Refused(500, null).word(), new Outcome.Gone().word());

  private final SortedMap<String, Long> outcomes = new TreeMap<>();
  private long failed;
  private long cancelled;
  private final Buckets took = new Buckets();
  private final Buckets age = new Buckets();

  void add(String outcome, long attempts, long moreFailed, long moreCancelled) {
    outcomes.merge(outcome, attempts, Long::sum);
    failed += moreFailed;
    cancelled += moreCancelled;
  }

  void add(Counts other) {
    other.outcomes.forEach((outcome, attempts) -> outcomes.merge(outcome, attempts, Long::sum));
    failed += other.failed;
    cancelled += other.cancelled;
    took.add(other.took);
    age.add(other.age);
  }

  /** All of these together. */
  public static Counts sum(List<Counts> all) {
    Counts sum = new Counts();
    all.forEach(sum::add);
    return sum;
  }

  /** The number of attempts. */
  public long attempts() {
    return outcomes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The number of attempts that were answered with a 2xx. */
  public long delivered() {
    return outcomes.getOrDefault(DELIVERED, 0L);
  }

  /** The number of attempts that were answered otherwise. */
  public long refused() {
    return REFUSED.stream().mapToLong(word -> outcomes.getOrDefault(word, 0L)).sum();
  }

  /** The number of attempts without an answer. */
  public long unanswered() {
    return notDelivered() - refused();
  }

  /** The number of attempts that were not answered with a 2xx. */
  public long notDelivered() {
    return attempts() - delivered();
  }

  /** The number of attempts by the word for their outcome. */
  public Map<String, Long> outcomes() {
    return Collections.unmodifiableMap(outcomes);
  }

  /** Deliveries that failed with one of these attempts. */
  public long failed() {
    return failed;
  }

  /** Deliveries that were cancelled by the answer to one of these attempts. */
  public long cancelled() {
    return cancelled;
  }

  /** How long the answers took; attempts without an answer are left out. */
  public Buckets took() {
    return took;
  }

  /** The time from accepting an event to a receiver's 2xx. */
  public Buckets age() {
    return age;
  }
}
