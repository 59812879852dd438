package dev.homing.workflows.delivery;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import java.util.List;

/** Starts the workflows of many deliveries. Histories hold the name of the activity type. */
@ActivityInterface
public interface DeliveryStarts {
  /**
   * Starts a workflow for each delivery that has none; the caller does not wait for it to end.
   *
   * @param deliveries all of one tenant
   */
  @ActivityMethod(name = "StartAll")
  void startAll(List<WaitingDelivery> deliveries);
}
