package dev.homing.workflows.event;

import dev.homing.workflows.DeliveryId;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends to all recipients at once, and starts a {@code RetryingDelivery} for each that waits. */
public final class FanOut implements EventWorkflow {
  private final ExpressCalls express = new ExpressCalls();

  @Override
  public void tellEveryone(AcceptedEvent event, @Nullable DeliveryId startedUpTo) {
    CancellationScope asked = CancellationScope.current();
    // Detached: what has begun is finished and recorded, also when a cancel comes meanwhile.
    Workflow.newDetachedCancellationScope(() -> tell(event, startedUpTo, asked)).run();
    if (asked.isCancelRequested()) {
      throw new CanceledFailure("cancelled; what was not delivered is recorded as cancelled");
    }
  }

  private void tell(
      AcceptedEvent event, @Nullable DeliveryId startedUpTo, CancellationScope asked) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    Unfinished unfinished = express.call(lane -> lane.sendAll(event, startedUpTo, originalRun));
    // A cancel that came since the last task is seen at the next: a delivery started by then is
    // not due yet, and finds itself cancelled.
    if (!asked.isCancelRequested()) {
      Children.startAll(unfinished.deliveries());
    }
    if (asked.isCancelRequested()) {
      express.insistent().cancelUnfinished(List.of(event));
    } else if (unfinished.more()) {
      Workflow.newContinueAsNewStub(EventWorkflow.class)
          .tellEveryone(event, unfinished.deliveries().getLast().id());
    }
  }
}
