package dev.homing.activities.slots;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One subscription's slots, kept while any attempt uses them. */
final class SubscriptionSlots {
  /** Slots of a subscription that sets no maximum of its own. */
  private static final int SLOTS = 20;

  /** Slots while the receiver is not proven. */
  private static final int UNPROVEN_SLOTS = 2;

  private final Semaphore free;

  /** Slots once its receiver is proven; only ever more while attempts use them. */
  private int slots;

  /** Whether it has all its slots: its receiver was proven at first, or has succeeded since. */
  private boolean wide;

  /** Requests that the receiver has not answered yet. */
  private int unanswered;

  /** Since when it has answered none of them. */
  private long silentSinceNanos;

  /** How long it may answer none of them before it counts as hanging. */
  private Duration patience;

  /** Attempts that use it; changed by its owner under a lock. */
  int users;

  /**
   * The slots of a subscription.
   *
   * @param lastSuccess how long it took; null: its receiver is not proven
   * @param most at a time; null: as many as usual
   */
  SubscriptionSlots(@Nullable Duration lastSuccess, @Nullable Integer most) {
    this.wide = lastSuccess != null;
    this.slots = most == null ? SLOTS : most;
    this.free = new Semaphore(wide ? slots : unprovenSlots(), true);
    this.patience = lastSuccess == null ? NodeSlots.SLOW_AFTER : patience(lastSuccess);
  }

  /** A receiver that always takes longer than two seconds does not hang. */
  private static Duration patience(Duration lastSuccess) {
    Duration twice = lastSuccess.multipliedBy(2);
    return twice.compareTo(NodeSlots.SLOW_AFTER) > 0 ? twice : NodeSlots.SLOW_AFTER;
  }

  private int unprovenSlots() {
    return Math.min(slots, UNPROVEN_SLOTS);
  }

  /** Allows more at a time; fewer are allowed once no attempt uses these. */
  synchronized void allow(@Nullable Integer most) {
    int before = wide ? slots : unprovenSlots();
    slots = Math.max(slots, most == null ? SLOTS : most);
    free.release((wide ? slots : unprovenSlots()) - before);
  }

  boolean acquire(long until) throws InterruptedException {
    while (true) {
      long now = System.nanoTime();
      long hangsFrom = hangsFrom(now);
      if (free.tryAcquire(Math.min(hangsFrom, until) - now, TimeUnit.NANOSECONDS)) {
        return true;
      }
      if (now >= Math.min(hangsFrom, until)) {
        return false;
      }
    }
  }

  /** A receiver that leaves every request unanswered for this long counts as hanging. */
  private synchronized long hangsFrom(long now) {
    return (unanswered == 0 ? now : silentSinceNanos) + patience.toNanos();
  }

  synchronized boolean hangs() {
    return unanswered > 0 && System.nanoTime() - silentSinceNanos > patience.toNanos();
  }

  synchronized void succeeded(Duration took) {
    patience = patience(took);
    if (!wide) {
      wide = true;
      free.release(slots - unprovenSlots());
    }
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

  /** No request was sent with this slot, so nothing is known of the receiver. */
  void requestNotSent() {
    synchronized (this) {
      unanswered--;
    }
    free.release();
  }

  void release() {
    free.release();
  }
}
