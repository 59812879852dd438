package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.Tenant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory for events that are being sent, some of which every tenant leaves to the others.
 *
 * <p>A tenant may hold three times what is free then: three quarters of all if it is alone. So
 * there is room for the event of a tenant that holds none, however many another one has.
 */
final class SendingMemory {
  private static final int TIMES_WHAT_IS_FREE = 3;

  private final AtomicInteger freeKib;
  private final ConcurrentHashMap<Tenant, Integer> heldKib = new ConcurrentHashMap<>();

  SendingMemory(int kib) {
    this.freeKib = new AtomicInteger(kib);
  }

  /** Takes memory; false if that is more than the tenant may hold now. */
  boolean tryTake(Tenant tenant, int kib) {
    long free = freeKib.addAndGet(-kib);
    int held = requireNonNull(heldKib.merge(tenant, kib, Integer::sum));
    boolean fits = held <= free * TIMES_WHAT_IS_FREE;
    if (!fits) {
      giveBack(tenant, kib);
    }
    return fits;
  }

  void giveBack(Tenant tenant, int kib) {
    heldKib.computeIfPresent(tenant, (_, held) -> held == kib ? null : held - kib);
    freeKib.addAndGet(kib);
  }
}
