package dev.homing.activities.slots;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import org.jspecify.annotations.Nullable;

/** What an attempt needs of the slots of receivers that are not proven: one, or none. */
final class UnprovenSlot {
  private final FairPermits slots;
  private final boolean needed;
  private FairPermits.@Nullable Grant held;

  UnprovenSlot(FairPermits slots, boolean needed) {
    this.slots = slots;
    this.needed = needed;
  }

  synchronized boolean acquire(Tenant tenant, SubscriptionId subscription, long until)
      throws InterruptedException {
    if (needed) {
      held = slots.acquire(tenant, subscription, until);
    }
    return held != null || !needed;
  }

  synchronized void release() {
    if (held != null) {
      held.release();
      held = null;
    }
  }
}
