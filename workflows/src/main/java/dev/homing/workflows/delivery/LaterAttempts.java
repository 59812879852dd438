package dev.homing.workflows.delivery;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** The attempts of a delivery after its first. Histories hold the names of the activity types. */
@ActivityInterface
public interface LaterAttempts {
  /** The activity type, used by an operator's request to wake a delivery. */
  String SEND = "Send";

  /**
   * Makes one attempt and records it.
   *
   * <p>Returns when the delivery is over. Throws when another attempt is due later, with the time
   * left as the delay of the next retry. Throws a failure that is not retried when the schedule is
   * over. The first execution in a run sends nothing before the delivery is due.
   *
   * @param originalRun the id of the run before any reset. It differs from the calling run's id
   *     after an operator has reset the workflow, which asks for a new round
   */
  @ActivityMethod(name = SEND)
  void send(WaitingDelivery delivery, String originalRun);

  /** Records the delivery as cancelled, unless it is already over. */
  @ActivityMethod(name = "RecordCancelled")
  void recordCancelled(WaitingDelivery delivery);
}
