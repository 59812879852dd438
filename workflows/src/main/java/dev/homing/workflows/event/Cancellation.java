package dev.homing.workflows.event;

import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** How the workflows of events handle a cancel. */
final class Cancellation {
  private Cancellation() {}

  /**
   * Runs an action to its end even if a cancel comes meanwhile; then the workflow ends as
   * cancelled.
   *
   * @param act told by its argument whether a cancel has been requested so far
   */
  static void finishing(Consumer<BooleanSupplier> act) {
    CancellationScope scope = CancellationScope.current();
    Workflow.newDetachedCancellationScope(() -> act.accept(scope::isCancelRequested)).run();
    if (scope.isCancelRequested()) {
      throw new CanceledFailure("cancelled; unfinished deliveries are recorded as cancelled");
    }
  }
}
