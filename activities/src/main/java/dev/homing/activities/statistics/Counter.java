package dev.homing.activities.statistics;

import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.outbound.Attempt;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/** Counts attempts with the same outcome, without locks, until it is retired. */
final class Counter {
  private static final int USERS = 0;
  private static final int ATTEMPTS = 1;
  private static final int FAILED = 2;
  private static final int CANCELLED = 3;
  private static final int TOOK = 4;
  private static final int AGE = TOOK + Buckets.SIZE;

  private static final int RETIRED = -1;

  private final AtomicIntegerArray counts = new AtomicIntegerArray(AGE + Buckets.SIZE);

  /** Counts an attempt; false if it is retired. */
  boolean count(AttemptContext context, Attempt attempt, Delivery after) {
    if (counts.getAndUpdate(USERS, users -> users == RETIRED ? RETIRED : users + 1) == RETIRED) {
      return false;
    }
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
    counts.getAndIncrement(ATTEMPTS); // Last: where there are attempts, the rest is drained too.
    counts.getAndDecrement(USERS);
    return true;
  }

  /** Counts nothing from now on; false if an attempt is being counted, so that it stays in use. */
  boolean retire() {
    return counts.compareAndSet(USERS, 0, RETIRED);
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
