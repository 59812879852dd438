package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many first attempts may be under way: on this node, of one event, and to one subscription.
 *
 * <p>Who waits for the node's slots is served in turn, and an event has no more than its own slots
 * in that queue: so events share it fairly. For a subscription's turn only those wait who hold no
 * other slot, and only while its receiver answers: one that hangs must not hold up the others.
 */
public final class Slots {
  private static final int OF_ONE_EVENT = 64;
  private static final int TO_ONE_SUBSCRIPTION = 20;

  /** A receiver that has answered nobody for so long, with all its turns taken, hangs. */
  private static final Duration SILENCE = Duration.ofMillis(500);

  private final Semaphore node;
  private final ConcurrentHashMap<SubscriptionId, Turns> toSubscriptions =
      new ConcurrentHashMap<>();

  public Slots(int ofNode) {
    this.node = new Semaphore(ofNode, true);
  }

  /** For people: how many may start at once now. */
  public int free() {
    return node.availablePermits();
  }

  /** How many wait for one. */
  int waiting() {
    return node.getQueueLength();
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
      Turns turns = join(subscription);
      boolean entered = false;
      try {
        entered = turns.take(untilNanos) && enterOrGiveBack(turns);
        return entered;
      } finally {
        if (!entered) {
          part(subscription);
        }
      }
    }

    private boolean enterOrGiveBack(Turns turns) throws InterruptedException {
      boolean entered = false;
      try {
        entered = acquireBoth();
        return entered;
      } finally {
        if (!entered) {
          turns.giveBack();
        }
      }
    }

    private boolean acquireBoth() throws InterruptedException {
      if (!acquire(event)) {
        return false;
      }
      boolean both = false;
      try {
        both = acquire(node);
        return both;
      } finally {
        if (!both) {
          event.release();
        }
      }
    }

    /** The receiver is done with; what came of it is still to be recorded. */
    void answered(SubscriptionId subscription) {
      requireNonNull(toSubscriptions.get(subscription)).answered();
      part(subscription);
    }

    /** After {@link #answered}. */
    void leave() {
      node.release();
      event.release();
    }

    private boolean acquire(Semaphore slots) throws InterruptedException {
      return slots.tryAcquire(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
  }

  private Turns join(SubscriptionId subscription) {
    return requireNonNull(
        toSubscriptions.compute(
            subscription,
            (_, known) -> {
              Turns turns = known == null ? new Turns() : known;
              turns.users++;
              return turns;
            }));
  }

  private void part(SubscriptionId subscription) {
    toSubscriptions.computeIfPresent(subscription, (_, turns) -> --turns.users == 0 ? null : turns);
  }

  /** A subscription's, for as long as anybody uses them. */
  private static final class Turns {
    private final Semaphore free = new Semaphore(TO_ONE_SUBSCRIPTION, true);
    private volatile long lastAnswerNanos = System.nanoTime();

    /** Changed by {@link ConcurrentHashMap#compute} only. */
    private int users;

    boolean take(long until) throws InterruptedException {
      for (long now = System.nanoTime(); now < until; now = System.nanoTime()) {
        long silentAfter = lastAnswerNanos + SILENCE.toNanos();
        if (free.tryAcquire(Math.max(0, silentAfter - now), TimeUnit.NANOSECONDS)) {
          return true;
        }
        if (now >= silentAfter) {
          return false;
        }
      }
      return false;
    }

    void answered() {
      lastAnswerNanos = System.nanoTime();
      free.release();
    }

    void giveBack() {
      free.release();
    }
  }
}
