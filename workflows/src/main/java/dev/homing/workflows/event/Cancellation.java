package dev.homing.workflows.event;

import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What a cancel means for a workflow that tells of events. */
final class Cancellation {
  private Cancellation() {}

  /**
   * What has begun is finished and recorded, also when a cancel comes meanwhile; then the workflow
   * ends as cancelled.
   *
   * @param act is given whether a cancel was requested by now
   */
  static void finishing(Consumer<BooleanSupplier> act) {
    CancellationScope asked = CancellationScope.current();
    Workflow.newDetachedCancellationScope(() -> act.accept(asked::isCancelRequested)).run();
    if (asked.isCancelRequested()) {
      throw new CanceledFailure("cancelled; what was not delivered is recorded as cancelled");
    }
  }
}
