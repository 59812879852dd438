package dev.homing.activities.slots;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The slots of this node: attempts that wait for an answer, or whose result is being recorded.
 *
 * <p>An attempt without an answer for two seconds gives its slot back, so receivers that hang do
 * not take all of them. It goes on as a slow attempt, up to a bound of their own: beyond it, slow
 * attempts keep their slots.
 */
final class NodeSlots {
  /** An attempt without an answer for this long is slow. */
  static final Duration SLOW_AFTER = Duration.ofSeconds(2);

  /** Slow attempts at once; each holds a connection, its thread and its payload. */
  private static final int MAX_SLOW = 2_048;

  /** How often slow attempts are looked for while any attempt is under way. */
  private static final Duration SWEEP = Duration.ofMillis(250);

  private final FairPermits free;
  private final Semaphore slow;
  private final Set<Slot> unanswered = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean sweeping = new AtomicBoolean();

  NodeSlots(int slots) {
    this(slots, MAX_SLOW);
  }

  NodeSlots(int slots, int maxSlow) {
    this.free = new FairPermits(slots);
    this.slow = new Semaphore(maxSlow);
  }

  int free() {
    return free.free();
  }

  /** Attempts that wait for a slot. */
  int waiting() {
    return free.waiting();
  }

  /**
   * Waits for a slot; null if none became free in time.
   *
   * @param until by {@link System#nanoTime()}
   * @param onSlow runs once if the slot is given back early; must be quick
   */
  @Nullable Slot acquire(Tenant tenant, SubscriptionId subscription, long until, Runnable onSlow)
      throws InterruptedException {
    FairPermits.Grant permit = free.acquire(tenant, subscription, until);
    if (permit == null) {
      return null;
    }
    Slot slot = new Slot(permit, onSlow);
    unanswered.add(slot);
    sweepSoon();
    return slot;
  }

  private void sweepSoon() {
    if (!unanswered.isEmpty() && sweeping.compareAndSet(false, true)) {
      var unused =
          ForkJoinPool.commonPool().schedule(this::sweep, SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void sweep() {
    long now = System.nanoTime();
    unanswered.stream()
        .filter(slot -> now - slot.sinceNanos > SLOW_AFTER.toNanos())
        .forEach(Slot::giveBack);
    sweeping.set(false);
    sweepSoon();
  }

  /** The slot of one attempt. */
  final class Slot {
    private final long sinceNanos = System.nanoTime();
    private final FairPermits.Grant permit;
    private final Runnable onSlow;
    private boolean givenBack;
    private boolean released;

    private Slot(FairPermits.Grant permit, Runnable onSlow) {
      this.permit = permit;
      this.onSlow = onSlow;
    }

    /** Keeps the slot until it is released: the answer came, and is recorded next. */
    void answered() {
      unanswered.remove(this);
    }

    /** Frees the slot; call it once, when the attempt is recorded or was not made. */
    synchronized void release() {
      unanswered.remove(this);
      released = true;
      if (givenBack) {
        slow.release();
      } else {
        permit.release();
      }
    }

    private synchronized void giveBack() {
      if (!released && unanswered.contains(this) && slow.tryAcquire()) {
        unanswered.remove(this);
        givenBack = true;
        permit.release();
        onSlow.run();
      }
    }
  }
}
