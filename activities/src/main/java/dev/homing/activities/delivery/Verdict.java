package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNullElse;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.Attempt.Instruction;
import dev.homing.activities.subscription.Order;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.time.Instant;
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
 * @param retryFor how long its schedule goes on, if the next attempt waits for longer than the
 *     schedule says; null: as long as it would have
 */
record Verdict(Delivery delivery, @Nullable Duration dueIn, @Nullable Duration retryFor) {
  private Verdict(Delivery delivery, @Nullable Duration dueIn) {
    this(delivery, dueIn, null);
  }

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
    return retryOrFail(counted, context, attempt, random);
  }

  private static Verdict retryOrFail(
      Delivery counted, AttemptContext context, Attempt attempt, DoubleSupplier random) {
    var schedule = context.receiver().schedule();
    int attempts = counted.roundAttempts();
    Duration asked = attempt.outcome().shortestWait();
    Duration wait = schedule.waitAfter(attempts, asked, random.getAsDouble());
    Duration rest = context.timeLeft(attempts + 1);
    Order order = context.order();
    boolean over;
    if (order == null) {
      over = attempts >= schedule.maxAttempts();
    } else {
      Duration mayBlock = order.maxBlock().minus(blockedUntil(counted, attempt, wait));
      over = order.endsWith(schedule, attempts) || mayBlock.isNegative();
      rest = rest.compareTo(mayBlock) < 0 ? rest : mayBlock;
    }
    Verdict retry =
        new Verdict(counted.in(State.RETRYING, null), wait, asked == null ? null : wait.plus(rest));
    return over ? retry.over(context) : retry;
  }

  /** How long it will have kept its turn when its next attempt is due. */
  private static Duration blockedUntil(Delivery delivery, Attempt attempt, Duration wait) {
    Instant since = requireNonNullElse(delivery.turnSince(), delivery.createdAt());
    return Duration.between(since, attempt.startedAt()).plus(attempt.took()).plus(wait);
  }

  /** The same with this attempt as the last one. */
  Verdict over(AttemptContext context) {
    Reason reason = context.order() == null ? Reason.SCHEDULE_OVER : Reason.ORDER_SKIPPED;
    return new Verdict(delivery.in(State.FAILED, reason), null);
  }
}
