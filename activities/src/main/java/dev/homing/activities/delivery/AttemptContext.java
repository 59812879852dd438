package dev.homing.activities.delivery;

import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Receiver;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The delivery that an attempt is made for.
 *
 * @param round the delivery's round when the attempt began
 * @param runId the workflow run that makes the attempt; null: the express lane or a drain
 * @param order how it is ordered among deliveries with its ordering key; null: not at all
 */
public record AttemptContext(
    Delivery.Key key,
    int round,
    @Nullable String runId,
    Receiver receiver,
    Lane lane,
    @Nullable Order order) {

  /** The way in which an attempt is made. */
  public enum Lane {
    /** The first attempt, right after the event was accepted. */
    EXPRESS,
    /** By the delivery's own workflow. */
    DURABLE,
    /** By the drain of its subscription's backlog. */
    BACKLOG;

    /** The word that is counted. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Of a first attempt. */
  public static AttemptContext first(Delivery.Key key, Receiver receiver) {
    return new AttemptContext(key, 1, null, receiver, Lane.EXPRESS, null);
  }

  /** Of an attempt by a delivery's own workflow. */
  public static AttemptContext ofRun(Delivery.Key key, int round, String runId, Receiver receiver) {
    return new AttemptContext(key, round, runId, receiver, Lane.DURABLE, null);
  }

  /** Of an attempt by a drain. */
  public static AttemptContext drained(Delivery.Key key, int round, Receiver receiver) {
    return new AttemptContext(key, round, null, receiver, Lane.BACKLOG, null);
  }

  /** The same for an event with this ordering key; null: it has none. */
  public AttemptContext withKey(@Nullable String orderingKey) {
    return new AttemptContext(key, round, runId, receiver, lane, receiver.orderOf(orderingKey));
  }

  /** The longest time until the last attempt of the round, after so many attempts. */
  public Duration timeLeft(int attempts) {
    return receiver.timeLeft(order, attempts);
  }
}
