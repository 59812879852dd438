package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.Attempt.Instruction;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A delivery's new state after an attempt.
 *
 * <p>A 2xx always delivers, however late it comes. Any other outcome changes the state only if it
 * counts: in its own round and run, while the delivery is not over.
 *
 * @param delivery the delivery with this attempt counted
 * @param dueIn time until the next attempt; null: there is none
 */
record Verdict(Delivery delivery, @Nullable Duration dueIn) {

  /**
   * Judges an attempt.
   *
   * @param counts whether the attempt changes the state, if it is not a 2xx
   * @param disabled why the answer disabled the subscription; null: it did not
   * @param remaining time until the unchanged delivery is due; null: it is not due by itself
   * @param random gives values from 0 to 1, for jitter
   */
  static Verdict of(
      Delivery before,
      AttemptContext context,
      Attempt attempt,
      boolean counts,
      @Nullable Reason disabled,
      Supplier<@Nullable Duration> remaining,
      DoubleSupplier random) {
    Delivery counted = before.attempted(context.round());
    if (attempt.outcome() instanceof Outcome.Delivered) {
      return new Verdict(counted.in(State.DELIVERED, null), null);
    }
    if (!counts) {
      return new Verdict(counted, remaining.get()); // The delivery keeps waiting.
    }
    if (disabled != null) {
      return new Verdict(counted.in(State.CANCELLED, disabled), null);
    }
    if (attempt.instruction() == Instruction.ABORT_MESSAGE) {
      return new Verdict(counted.in(State.CANCELLED, Reason.ABORTED), null);
    }
    if (!context.receiver().retries(attempt.outcome())) {
      return new Verdict(counted.in(State.FAILED, Reason.NOT_RETRIED), null);
    }
    return retryOrFail(counted, context, attempt.outcome(), random);
  }

  private static Verdict retryOrFail(
      Delivery counted, AttemptContext context, Outcome outcome, DoubleSupplier random) {
    var schedule = context.receiver().schedule();
    if (counted.roundAttempts() >= schedule.maxAttempts()) {
      return new Verdict(counted.in(State.FAILED, Reason.SCHEDULE_OVER), null);
    }
    Duration wait =
        schedule.waitAfter(counted.roundAttempts(), outcome.shortestWait(), random.getAsDouble());
    return new Verdict(counted.in(State.RETRYING, null), wait);
  }
}
