package dev.homing.workflows.delivery;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** The attempts of a delivery after its first. Histories hold the names of the activity types. */
@ActivityInterface
public interface LaterAttempts {
  /** The activity's type, as operators' requests name it. */
  String SEND = "Send";

  /**
   * Makes one attempt and records it.
   *
   * <p>Returns when the delivery is over. Throws when it waits for another attempt, with the time
   * left as the next retry's delay, and when its schedule is over, then not to be retried. The
   * first execution in a run sends nothing before the delivery is due.
   *
   * @param originalRun the calling run's id, unless somebody reset the workflow: then another one,
   *     and the run stands for a new round
   */
  @ActivityMethod(name = SEND)
  void send(WaitingDelivery delivery, String originalRun);

  /** Records the delivery as cancelled, unless it is over already. */
  @ActivityMethod(name = "RecordCancelled")
  void recordCancelled(WaitingDelivery delivery);
}
