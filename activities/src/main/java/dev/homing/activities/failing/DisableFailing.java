package dev.homing.activities.failing;

import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.failing.FailingSubscriptions.Failing;
import dev.homing.activities.subscription.DisableSubscriptions;
import dev.homing.activities.subscription.DisabledReason;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Disables subscriptions that have done nothing but fail for too long. */
public final class DisableFailing {
  private static final Logger log = LoggerFactory.getLogger(DisableFailing.class);
  private static final int BATCH_SIZE = 100;

  private final FailingSubscriptions failing;
  private final DisableSubscriptions disabling;
  private final WaitingDeliveries waiting;
  private final @Nullable Duration disableAfter;

  public DisableFailing(
      FailingSubscriptions failing,
      DisableSubscriptions disabling,
      WaitingDeliveries waiting,
      FailingSettings settings) {
    this.failing = failing;
    this.disabling = disabling;
    this.waiting = waiting;
    this.disableAfter = settings.disableAfter();
  }

  /**
   * Disables those that have failed for long enough, and cancels what waits for them.
   *
   * <p>Any number of nodes may run it at once.
   */
  public void run() {
    if (disableAfter == null) {
      return;
    }
    try {
      failing.failingFor(disableAfter, BATCH_SIZE).forEach(this::disable);
      failing.deleteOld();
    } catch (DataAccessException e) {
      log.warn("cannot disable subscriptions that fail: {}", e.getMessage());
    }
  }

  private void disable(Failing each) {
    if (failing.hasSucceeded(each)) {
      failing.clear(each.key());
      return;
    }
    Tenant tenant = new Tenant(each.key().tenant());
    SubscriptionId id = new SubscriptionId(each.key().id());
    if (disabling.disableIf(tenant, id, () -> failing.end(each), DisabledReason.FAILING)) {
      waiting.cancelForInactive(tenant, id);
    }
  }
}
