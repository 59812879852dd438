package dev.homing.workflows.backlog;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Sends what waits in a backlog. Histories hold the names of the activity types. */
@ActivityInterface
public interface BacklogDrain {
  /** The activity type, used by Homing's request to wake a drain. */
  String DRAIN = "Drain";

  /**
   * Sends what is due.
   *
   * <p>Returns when nothing waits any more. Throws when something is due later, with the time left
   * as the delay of the next retry and a message that says how many wait, why, and when the next
   * look is. An execution that an operator's reset made probes the receiver at once.
   */
  @ActivityMethod(name = DRAIN)
  void drain(WaitingSubscription subscription);

  /** Records all that waits in the backlog as cancelled. */
  @ActivityMethod(name = "CancelBacklog")
  void cancelAll(WaitingSubscription subscription);
}
