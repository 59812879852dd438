package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many first attempts may be under way: on this node, of one event, and to one subscription.
 *
 * <p>An attempt sits first: there are seats for as many as may be in memory, so whoever has none is
 * not begun. Who waits for a seat, or for the node's slots, is served in turn, and an event has no
 * more than its own share of either: so events share them fairly. For a subscription's turn only
 * those wait who hold no slot, and only while its receiver answers: one that hangs must not hold up
 * the others.
 */
public final class SendingLimits {
  private static final int OF_ONE_EVENT = 64;
  private static final int TO_ONE_SUBSCRIPTION = 20;

  /** A waiting thread and what it holds take some 5 KiB. */
  private static final int SEATS = 8_192;

  /** A receiver that has been asked, and has answered nobody for so long, hangs. */
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final Semaphore seats;
  private final Semaphore node;
  private final ConcurrentHashMap<SubscriptionId, Turns> toSubscriptions =
      new ConcurrentHashMap<>();

  public SendingLimits(int ofNode) {
    this(ofNode, SEATS);
  }

  SendingLimits(int ofNode, int seats) {
    this.node = new Semaphore(ofNode, true);
    this.seats = new Semaphore(seats, true);
  }

  /** For people: how many may start at once now. */
  public int free() {
    return node.availablePermits();
  }

  /** How many wait for one. */
  int waiting() {
    return node.getQueueLength();
  }

  /** The slots of one event; its attempts wait so long, at most, for a turn and for a slot. */
  Event forEvent(Duration longestWait) {
    return new Event(longestWait);
  }

  /** One event's share. */
  final class Event {
    private final Semaphore event = new Semaphore(OF_ONE_EVENT, true);
    private final Duration longestWait;

    private Event(Duration longestWait) {
      this.longestWait = longestWait;
    }

    /** Waits for a seat, before an attempt is begun; false if none is free in that time. */
    boolean sit(Duration atMost) throws InterruptedException {
      return acquireBoth(event, seats, System.nanoTime() + atMost.toNanos());
    }

    /** After {@link #sit}, when the attempt is over. */
    void stand() {
      seats.release();
      event.release();
    }

    /** Waits for a turn; false if none came in time, or its subscription has too many under way. */
    boolean enter(SubscriptionId subscription) throws InterruptedException {
      Turns turns = join(subscription);
      boolean entered = false;
      try {
        entered = turns.take(inTime()) && enterOrGiveBack(turns);
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
        entered = acquire(node, inTime());
        return entered;
      } finally {
        if (entered) {
          turns.asked();
        } else {
          turns.giveBack();
        }
      }
    }

    private long inTime() {
      return System.nanoTime() + longestWait.toNanos();
    }

    /** The receiver is done with; what came of it is still to be recorded. */
    void answered(SubscriptionId subscription) {
      requireNonNull(toSubscriptions.get(subscription)).answered();
      part(subscription);
    }

    /** After {@link #answered}. */
    void leave() {
      node.release();
    }
  }

  private static boolean acquireBoth(Semaphore one, Semaphore other, long until)
      throws InterruptedException {
    if (!acquire(one, until)) {
      return false;
    }
    boolean both = false;
    try {
      both = acquire(other, until);
      return both;
    } finally {
      if (!both) {
        one.release();
      }
    }
  }

  private static boolean acquire(Semaphore some, long until) throws InterruptedException {
    return some.tryAcquire(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
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

    /** How many wait for the receiver's answer, and since when it has answered none of them. */
    private int asking;

    private long silentSinceNanos;

    /** Changed by {@link ConcurrentHashMap#compute} only. */
    private int users;

    boolean take(long until) throws InterruptedException {
      for (long now = System.nanoTime(); now < until; now = System.nanoTime()) {
        long hangsFrom = hangsFrom(now);
        if (free.tryAcquire(Math.min(hangsFrom, until) - now, TimeUnit.NANOSECONDS)) {
          return true;
        }
        if (now >= hangsFrom) {
          return false;
        }
      }
      return false;
    }

    private synchronized long hangsFrom(long now) {
      return (asking == 0 ? now : silentSinceNanos) + SILENCE.toNanos();
    }

    synchronized void asked() {
      if (asking++ == 0) {
        silentSinceNanos = System.nanoTime();
      }
    }

    void answered() {
      synchronized (this) {
        asking--;
        silentSinceNanos = System.nanoTime();
      }
      free.release();
    }

    void giveBack() {
      free.release();
    }
  }
}
