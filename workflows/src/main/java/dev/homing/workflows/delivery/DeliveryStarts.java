package dev.homing.workflows.delivery;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;

/** Starts workflows of many deliveries. Histories hold the name of the activity type. */
@ActivityInterface
public interface DeliveryStarts {
  /**
   * Starts a workflow for each that no workflow has in hand; it goes on by itself.
   *
   * @param deliveries of one tenant
   */
  @ActivityMethod(name = "StartAll")
  void startAll(List<WaitingDelivery> deliveries);
}
