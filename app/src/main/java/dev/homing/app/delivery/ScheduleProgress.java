package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.RecordedAttempt;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Receiver;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a delivery has come in its schedule.
 *
 * @param attempt like {@code attempt 4 of 20}; empty: none was made in this round
 * @param givesUp about when the last attempt comes, if all before it fail: attempts spread by a
 *     fifth, and receivers may ask for more time; null: not known, or it does not wait
 */
record ScheduleProgress(String attempt, @Nullable Instant givesUp) {
  static final ScheduleProgress NONE = new ScheduleProgress("", null);

  static ScheduleProgress of(
      Delivery delivery,
      List<RecordedAttempt> attempts,
      Receiver receiver,
      @Nullable String orderingKey) {
    if (delivery.state() != Delivery.State.RETRYING) {
      return NONE;
    }
    Order order = receiver.orderOf(orderingKey);
    boolean isCounted = order == null || order.onFailure() == Order.OnFailure.SKIP;
    int made = delivery.roundAttempts();
    String attempt =
        made == 0
            ? ""
            : isCounted
                ? "attempt %d of %d".formatted(made, receiver.schedule().maxAttempts())
                : "attempt %d".formatted(made);
    return new ScheduleProgress(attempt, givesUp(delivery, attempts, receiver, order));
  }

  private static @Nullable Instant givesUp(
      Delivery delivery, List<RecordedAttempt> attempts, Receiver receiver, @Nullable Order order) {
    Instant turn = delivery.turnSince() == null ? delivery.createdAt() : delivery.turnSince();
    Instant blocked = order == null ? null : turn.plus(order.maxBlock());
    if (order != null && order.onFailure() == Order.OnFailure.BLOCK) {
      return blocked;
    }
    int made = delivery.roundAttempts();
    Instant last = made == 0 || attempts.isEmpty() ? turn : attempts.getLast().startedAt();
    Instant end = last.plus(receiver.schedule().timeLeftAfter(made));
    if (delivery.nextAttemptAt() != null) {
      Instant fromNext = delivery.nextAttemptAt().plus(receiver.schedule().timeLeftAfter(made + 1));
      end = end.isAfter(fromNext) ? end : fromNext;
    }
    return blocked == null || end.isBefore(blocked) ? end : blocked;
  }
}
