package dev.homing.activities.lane;

import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.DeliveryStarts;
import dev.homing.workflows.delivery.WaitingDelivery;
import java.util.List;
import java.util.Set;

/**
 * Starts workflows for waiting deliveries that have none in the ledger, one by one.
 *
 * <p>A workflow that already runs counts as started.
 */
public final class StartDeliveries implements DeliveryStarts {
  private final WaitingDeliveries deliveries;
  private final DeliveryWorkflows workflows;

  public StartDeliveries(WaitingDeliveries deliveries, DeliveryWorkflows workflows) {
    this.deliveries = deliveries;
    this.workflows = workflows;
  }

  @Override
  public void startAll(List<WaitingDelivery> waiting) {
    Tenant tenant = waiting.getFirst().tenant();
    Set<DeliveryId> left =
        deliveries.withoutWorkflow(tenant, waiting.stream().map(WaitingDelivery::id).toList());
    waiting.stream().filter(each -> left.contains(each.id())).forEach(workflows::start);
  }
}
