package dev.homing.activities.delivery;

import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many first attempts may be under way: on this node, of one event, and to one subscription.
 *
 * <p>Who waits for the node's slots is served in turn, and an event has no more than its own slots
 * in that queue: so events share it fairly. Nobody waits for a subscription's: a receiver that
 * hangs must not hold up the others.
 */
public final class Slots {
  private static final int OF_ONE_EVENT = 64;
  private static final int TO_ONE_SUBSCRIPTION = 20;

  private final Semaphore node;
  private final ConcurrentHashMap<SubscriptionId, Integer> toSubscriptions =
      new ConcurrentHashMap<>();

  public Slots(int ofNode) {
    this.node = new Semaphore(ofNode, true);
  }

  /** For people: how many may start at once now. */
  public int free() {
    return node.availablePermits();
  }

  /** The slots of one event. */
  Event forEvent(Duration longestWait) {
    return new Event(System.nanoTime() + longestWait.toNanos());
  }

  /** One event's share. */
  final class Event {
    private final Semaphore event = new Semaphore(OF_ONE_EVENT, true);
    private final long untilNanos;

    private Event(long untilNanos) {
      this.untilNanos = untilNanos;
    }

    /** Waits for a turn; false if none came in time, or its subscription has too many under way. */
    boolean enter(SubscriptionId subscription) throws InterruptedException {
      if (!acquire(event)) {
        return false;
      }
      if (!acquire(node)) {
        event.release();
        return false;
      }
      if (!take(subscription)) {
        node.release();
        event.release();
        return false;
      }
      return true;
    }

    void leave(SubscriptionId subscription) {
      toSubscriptions.computeIfPresent(subscription, (_, taken) -> taken == 1 ? null : taken - 1);
      node.release();
      event.release();
    }

    private boolean acquire(Semaphore slots) throws InterruptedException {
      return slots.tryAcquire(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private boolean take(SubscriptionId subscription) {
      int taken = toSubscriptions.merge(subscription, 1, Integer::sum);
      if (taken > TO_ONE_SUBSCRIPTION) {
        toSubscriptions.merge(subscription, -1, Integer::sum);
        return false;
      }
      return true;
    }
  }
}
