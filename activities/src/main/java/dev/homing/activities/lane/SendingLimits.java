package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits first attempts under way on this node, per event, and per subscription.
 *
 * <p>An attempt needs a seat before it is begun; seats bound how many attempts are in memory. Then
 * it needs a slot, of its subscription and of the node, before it is sent. Seats and the node's
 * slots are granted in order of arrival, and no event may hold more than its own share of seats, so
 * events share both fairly. An attempt waits for its subscription's slot while it holds no slot of
 * the node, and only while the receiver answers: a receiver that hangs must not delay the others.
 */
public final class SendingLimits {
  private static final int MAX_PER_EVENT = 64;
  private static final int MAX_PER_SUBSCRIPTION = 20;

  /** Attempts in memory at once; a waiting thread and what it holds take some 5 KiB. */
  private static final int MAX_SEATS = 8_192;

  /** A receiver that leaves every request unanswered for this long counts as hanging. */
  private static final Duration HANG_AFTER = Duration.ofSeconds(2);

  private final Semaphore seats;
  private final Semaphore nodeSlots;
  private final ConcurrentHashMap<SubscriptionId, PerSubscription> perSubscription =
      new ConcurrentHashMap<>();

  public SendingLimits(int maxOnNode) {
    this(maxOnNode, MAX_SEATS);
  }

  SendingLimits(int maxOnNode, int seats) {
    this.nodeSlots = new Semaphore(maxOnNode, true);
    this.seats = new Semaphore(seats, true);
  }

  /** Free slots of this node, for a gauge. */
  public int free() {
    return nodeSlots.availablePermits();
  }

  /** Attempts that wait for a slot of this node. */
  int waiting() {
    return nodeSlots.getQueueLength();
  }

  /** One event's share; {@code maxWait} bounds each of an attempt's two waits for a slot. */
  EventShare forEvent(Duration maxWait) {
    return new EventShare(maxWait);
  }

  /** One event's share of seats and slots. */
  final class EventShare {
    private final Semaphore ownSeats = new Semaphore(MAX_PER_EVENT, true);
    private final Duration maxWait;

    private EventShare(Duration maxWait) {
      this.maxWait = maxWait;
    }

    /** Waits for a seat before an attempt is begun; false if none becomes free in time. */
    boolean acquireSeat(Duration atMost) throws InterruptedException {
      return acquireBoth(ownSeats, seats, System.nanoTime() + atMost.toNanos());
    }

    /** Call after {@link #acquireSeat}, when the attempt is over. */
    void releaseSeat() {
      seats.release();
      ownSeats.release();
    }

    /** Waits for a slot; false if none became free in time, or the receiver hangs. */
    boolean acquireSlot(SubscriptionId subscription) throws InterruptedException {
      PerSubscription limit = retain(subscription);
      boolean acquired = false;
      try {
        acquired = limit.acquire(deadline()) && acquireNodeSlot(limit);
        return acquired;
      } finally {
        if (!acquired) {
          SendingLimits.this.release(subscription);
        }
      }
    }

    private boolean acquireNodeSlot(PerSubscription limit) throws InterruptedException {
      boolean acquired = false;
      try {
        acquired = acquire(nodeSlots, deadline());
        return acquired;
      } finally {
        if (acquired) {
          limit.requestSent();
        } else {
          limit.release();
        }
      }
    }

    private long deadline() {
      return System.nanoTime() + maxWait.toNanos();
    }

    /** Frees the subscription's slot: the request is over, and its result not recorded yet. */
    void receiverAnswered(SubscriptionId subscription) {
      requireNonNull(perSubscription.get(subscription)).receiverAnswered();
      SendingLimits.this.release(subscription);
    }

    /** Frees the node's slot; call after {@link #receiverAnswered}. */
    void releaseSlot() {
      nodeSlots.release();
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

  private static boolean acquire(Semaphore permits, long until) throws InterruptedException {
    return permits.tryAcquire(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private PerSubscription retain(SubscriptionId subscription) {
    return requireNonNull(
        perSubscription.compute(
            subscription,
            (_, known) -> {
              PerSubscription limit = known == null ? new PerSubscription() : known;
              limit.users++;
              return limit;
            }));
  }

  private void release(SubscriptionId subscription) {
    perSubscription.computeIfPresent(subscription, (_, limit) -> --limit.users == 0 ? null : limit);
  }

  /** One subscription's slots, kept while any attempt uses them. */
  private static final class PerSubscription {
    private final Semaphore free = new Semaphore(MAX_PER_SUBSCRIPTION, true);

    /** Requests that the receiver has not answered yet. */
    private int unanswered;

    /** Since when it has answered none of them. */
    private long silentSinceNanos;

    /** Changed only inside {@link ConcurrentHashMap#compute}. */
    private int users;

    boolean acquire(long until) throws InterruptedException {
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
      return (unanswered == 0 ? now : silentSinceNanos) + HANG_AFTER.toNanos();
    }

    synchronized void requestSent() {
      if (unanswered++ == 0) {
        silentSinceNanos = System.nanoTime();
      }
    }

    void receiverAnswered() {
      synchronized (this) {
        unanswered--;
        silentSinceNanos = System.nanoTime();
      }
      free.release();
    }

    void release() {
      free.release();
    }
  }
}
