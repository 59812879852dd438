package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
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
   * @param gone whether this 410 disabled the subscription
   * @param remaining time until the unchanged delivery is due; null: it is not due by itself
   * @param random gives values from 0 to 1, for jitter
   */
  static Verdict of(
      Delivery before,
      AttemptContext context,
      Attempt attempt,
      boolean counts,
      boolean gone,
      Supplier<@Nullable Duration> remaining,
      DoubleSupplier random) {
    Delivery counted = before.attempted(context.round());
    return switch (attempt.outcome()) {
      case Outcome.Delivered _ -> new Verdict(counted.in(State.DELIVERED, null), null);
      case Outcome.Gone _ when counts && gone ->
          new Verdict(counted.in(State.CANCELLED, Reason.GONE), null);
      case Outcome.Gone _ when counts -> retryOrFail(counted, context, null, random);
      case Outcome.Refused(_, var retryAfter) when counts ->
          retryOrFail(counted, context, retryAfter, random);
      case Outcome.Unanswered _ when counts -> retryOrFail(counted, context, null, random);
      // An attempt of another round or run is only counted: the delivery keeps waiting.
      case Outcome.Gone _, Outcome.Refused _, Outcome.Unanswered _ ->
          new Verdict(counted, remaining.get());
    };
  }

  private static Verdict retryOrFail(
      Delivery counted,
      AttemptContext context,
      @Nullable Duration retryAfter,
      DoubleSupplier random) {
    var schedule = context.receiver().schedule();
    if (counted.roundAttempts() >= schedule.maxAttempts()) {
      return new Verdict(counted.in(State.FAILED, Reason.SCHEDULE_OVER), null);
    }
    Duration wait = schedule.waitAfter(counted.roundAttempts(), retryAfter, random.getAsDouble());
    return new Verdict(counted.in(State.RETRYING, null), wait);
  }
}
