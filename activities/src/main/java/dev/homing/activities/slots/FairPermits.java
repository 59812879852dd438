package dev.homing.activities.slots;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Permits that tenants share fairly, and so do the subscriptions of each tenant.
 *
 * <p>A permit that becomes free goes to the tenant that holds the fewest, and there to the
 * subscription that holds the fewest; equals take turns, and waiters for one subscription come in
 * order of arrival. A tenant alone gets all permits. With turns alone, however many each holds, a
 * fast receiver would get no more attempts than a slow one.
 *
 * <p>A call takes time by the logarithm of the tenants and subscriptions that wait, however many
 * threads do, and so does giving up a wait.
 */
public final class FairPermits {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Tenant, OfTenant> tenants = new HashMap<>();

  /** Tenants with waiters. */
  private final TreeSet<OfTenant> queue = new TreeSet<>(Holder.FEWEST_FIRST);

  private long lastTurn;
  private int free;
  private int waiting;

  public FairPermits(int permits) {
    this.free = permits;
  }

  /** A holder of permits that may wait for more: a tenant, or a part of it. */
  private static class Holder {
    static final Comparator<Holder> FEWEST_FIRST =
        Comparator.<Holder>comparingInt(holder -> holder.held)
            .thenComparingLong(holder -> holder.turn);

    int held;

    /** When it last began to wait or was granted a permit. No two have the same. */
    long turn;
  }

  private static final class OfTenant extends Holder {
    final Tenant tenant;
    final Map<Object, Part> parts = new HashMap<>();

    /** Parts with waiters. */
    final TreeSet<Part> queue = new TreeSet<>(FEWEST_FIRST);

    OfTenant(Tenant tenant) {
      this.tenant = tenant;
    }
  }

  /** A subscription, or what the tenant's work as a whole holds. */
  private static final class Part extends Holder {
    final OfTenant owner;
    final Object key;

    /** In order of arrival. */
    final LinkedHashSet<Waiter> waiters = new LinkedHashSet<>();

    Part(OfTenant owner, Object key) {
      this.owner = owner;
      this.key = key;
    }
  }

  private static final class Waiter {
    final int permits;
    final CountDownLatch granted = new CountDownLatch(1);

    Waiter(int permits) {
      this.permits = permits;
    }
  }

  /** Permits that are held. */
  public final class Grant {
    private final Part part;
    private final int permits;

    private Grant(Part part, int permits) {
      this.part = part;
      this.permits = permits;
    }

    /** Gives all of them back; call it once. */
    public void release() {
      release(permits);
    }

    /** Gives some of them back, in all no more than were granted. */
    public void release(int some) {
      lock.lock();
      try {
        change(part, () -> hold(part, -some));
      } finally {
        grantAndUnlock();
      }
    }
  }

  /** Waits for a permit for a subscription; null if it was not granted in time. */
  @Nullable Grant acquire(Tenant tenant, SubscriptionId subscription, long until)
      throws InterruptedException {
    return acquire(tenant, subscription, 1, until);
  }

  /**
   * Waits for permits for a tenant's work as a whole; null if they were not granted in time.
   *
   * @param permits at most as many as there are
   * @param until by {@link System#nanoTime()}; in the past: does not wait
   */
  public @Nullable Grant acquire(Tenant tenant, int permits, long until)
      throws InterruptedException {
    return acquire(tenant, tenant, permits, until);
  }

  /** Waits for a permit for a tenant's work as a whole, for as long as it takes. */
  public Grant acquire(Tenant tenant) throws InterruptedException {
    return requireNonNull(acquire(tenant, tenant, 1, System.nanoTime() + Long.MAX_VALUE));
  }

  /** Permits that are free. */
  public int free() {
    lock.lock();
    try {
      return free;
    } finally {
      lock.unlock();
    }
  }

  /** Calls that wait. */
  public int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Grant acquire(Tenant tenant, Object key, int permits, long until)
      throws InterruptedException {
    Waiter waiter = new Waiter(permits);
    Part part;
    lock.lock();
    try {
      part = part(tenant, key);
      if (queue.isEmpty() && permits <= free) {
        hold(part, permits);
        return new Grant(part, permits);
      }
      change(part, () -> queue(part, waiter));
    } finally {
      grantAndUnlock();
    }
    return await(part, waiter, until);
  }

  private @Nullable Grant await(Part part, Waiter waiter, long until) throws InterruptedException {
    try {
      boolean granted = waiter.granted.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      return granted || !giveUp(part, waiter) ? new Grant(part, waiter.permits) : null;
    } catch (InterruptedException stopped) {
      if (!giveUp(part, waiter)) {
        new Grant(part, waiter.permits).release();
      }
      throw stopped;
    }
  }

  /** Ends a wait; false if its permits were granted meanwhile. */
  private boolean giveUp(Part part, Waiter waiter) {
    lock.lock();
    try {
      boolean waited = part.waiters.contains(waiter);
      if (waited) {
        change(part, () -> leave(part, waiter));
      }
      return waited;
    } finally {
      grantAndUnlock();
    }
  }

  // All of these are called with the lock held.

  private Part part(Tenant tenant, Object key) {
    OfTenant owner = tenants.computeIfAbsent(tenant, OfTenant::new);
    return owner.parts.computeIfAbsent(key, _ -> new Part(owner, key));
  }

  private void queue(Part part, Waiter waiter) {
    if (part.owner.queue.isEmpty()) {
      part.owner.turn = ++lastTurn;
    }
    if (part.waiters.isEmpty()) {
      part.turn = ++lastTurn;
    }
    part.waiters.add(waiter);
    waiting++;
  }

  private void leave(Part part, Waiter waiter) {
    part.waiters.remove(waiter);
    waiting--;
  }

  private void hold(Part part, int permits) {
    part.held += permits;
    part.owner.held += permits;
    free -= permits;
  }

  /** Makes a change to a part, and queues the part and its tenant where they belong then. */
  private void change(Part part, Runnable change) {
    OfTenant owner = part.owner;
    queue.remove(owner);
    owner.queue.remove(part);
    change.run();
    if (!part.waiters.isEmpty()) {
      owner.queue.add(part);
    } else if (part.held == 0) {
      owner.parts.remove(part.key, part);
    }
    if (!owner.queue.isEmpty()) {
      queue.add(owner);
    } else if (owner.parts.isEmpty()) {
      tenants.remove(owner.tenant, owner);
    }
  }

  private void grantAndUnlock() {
    List<Waiter> granted = new ArrayList<>();
    try {
      for (Part next = next(); next != null; next = next()) {
        granted.add(grant(next));
      }
    } finally {
      lock.unlock();
    }
    granted.forEach(waiter -> waiter.granted.countDown());
  }

  /** The part whose first waiter comes next; null if none waits, or too few permits are free. */
  private @Nullable Part next() {
    if (queue.isEmpty()) {
      return null;
    }
    Part next = queue.first().queue.first();
    return next.waiters.getFirst().permits <= free ? next : null;
  }

  private Waiter grant(Part part) {
    Waiter first = part.waiters.getFirst();
    change(
        part,
        () -> {
          leave(part, first);
          hold(part, first.permits);
          part.owner.turn = ++lastTurn;
          part.turn = ++lastTurn;
        });
    return first;
  }
}
