package dev.homing.activities.statistics;

import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.outbound.Attempt;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/** Counts attempts with the same outcome, without locks. */
final class Counter {
  private static final int ATTEMPTS = 0;
  private static final int FAILED = 1;
  private static final int CANCELLED = 2;
  private static final int TOOK = 3;
  private static final int AGE = TOOK + Buckets.SIZE;

  private final AtomicIntegerArray counts = new AtomicIntegerArray(AGE + Buckets.SIZE);

  void count(AttemptContext context, Attempt attempt, Delivery after) {
    counts.getAndIncrement(ATTEMPTS);
    if (attempt.outcome().status() != null) {
      counts.getAndIncrement(TOOK + Buckets.of(attempt.took()));
    }
    if (attempt.outcome() instanceof Outcome.Delivered) {
      counts.getAndIncrement(AGE + Buckets.of(age(context, attempt)));
    } else if (context.round() == after.round()) {
      switch (after.state()) {
        case FAILED -> counts.getAndIncrement(FAILED);
        case CANCELLED -> counts.getAndIncrement(CANCELLED);
        case PENDING, RETRYING, HELD, DELIVERED -> {}
      }
    }
  }

  private static Duration age(AttemptContext context, Attempt attempt) {
    return Duration.between(
        context.key().eventId().acceptedAt(), attempt.startedAt().plus(attempt.took()));
  }

  /** Takes what was counted since the last call; null: nothing. */
  @Nullable Counts drain(String outcome) {
    int attempts = take(ATTEMPTS);
    if (attempts == 0) {
      return null;
    }
    Counts drained = new Counts();
    drained.add(outcome, attempts, take(FAILED), take(CANCELLED));
    for (int i = 0; i < Buckets.SIZE; i++) {
      drained.took().add(i, take(TOOK + i));
      drained.age().add(i, take(AGE + i));
    }
    return drained;
  }

  private int take(int index) {
    return counts.getAndSet(index, 0);
  }
}
