package dev.homing.workflows.delivery;

import io.temporal.activity.ActivityInterface;
import java.util.List;

/** The beginning of workflows, for many deliveries at once. */
@ActivityInterface
public interface DeliveryStarts {
  /**
   * Starts a workflow for each that no workflow has in hand; it goes on by itself.
   *
   * @param deliveries of one tenant
   */
  void startAll(List<WaitingDelivery> deliveries);
}
