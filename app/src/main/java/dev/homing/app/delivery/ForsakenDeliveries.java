package dev.homing.app.delivery;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryWorkflows;
import dev.homing.activities.subscription.Receivers;
import dev.homing.app.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Brings back deliveries that are due and have no workflow: theirs was not started, as Temporal was
 * away when somebody asked for it, or somebody terminated the event's.
 */
@Component
class ForsakenDeliveries {
  private static final Logger log = LoggerFactory.getLogger(ForsakenDeliveries.class);
  private static final int AT_ONCE = 100;

  private final Deliveries deliveries;
  private final Receivers receivers;
  private final DeliveryWorkflows workflows;
  private final Workers workers;

  ForsakenDeliveries(
      Deliveries deliveries, Receivers receivers, DeliveryWorkflows workflows, Workers workers) {
    this.deliveries = deliveries;
    this.receivers = receivers;
    this.workflows = workflows;
    this.workers = workers;
  }

  /** Starting a workflow that runs already only wakes it. */
  @Scheduled(fixedDelay = 5_000)
  void bringBack() {
    if (!workers.isReady()) {
      return;
    }
    try {
      var unused = deliveries.forsaken(AT_ONCE).stream().allMatch(this::start);
    } catch (DataAccessException away) {
      log.warn("overdue deliveries cannot be read: {}", away.getMessage());
    }
  }

  /** False if Temporal does not answer: then the others need not try. */
  private boolean start(Delivery delivery) {
    Delivery.Key key = delivery.key();
    return receivers
        .find(key.tenant(), key.subscriptionId())
        .map(receiver -> workflows.startOrWake(key, receiver))
        .orElse(true);
  }
}
