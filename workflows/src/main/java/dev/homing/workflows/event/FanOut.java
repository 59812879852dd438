package dev.homing.workflows.event;

import dev.homing.workflows.DeliveryId;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Sends to all recipients at once, and starts a {@code RetryingDelivery} for each that waits. */
public final class FanOut implements EventWorkflow {
  private final FirstAttemptCalls express = new FirstAttemptCalls();

  @Override
  public void tellEveryone(
      AcceptedEvent event, @Nullable DeliveryId startedUpTo, @Nullable String roundsOf) {
    Cancellation.finishing(asked -> tell(event, startedUpTo, firstRun(roundsOf), asked));
  }

  /** Since it was started, or reset. */
  private static String firstRun(@Nullable String continued) {
    WorkflowInfo info = Workflow.getInfo();
    boolean reset = !info.getRunId().equals(info.getOriginalExecutionRunId());
    return continued == null || reset ? info.getRunId() : continued;
  }

  private void tell(
      AcceptedEvent event,
      @Nullable DeliveryId startedUpTo,
      String firstRun,
      BooleanSupplier asked) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    Unfinished unfinished = express.call(lane -> lane.sendAll(event, startedUpTo, originalRun));
    // A cancel that came since the last task is seen at the next: a delivery started by then is
    // not due yet, and finds itself cancelled.
    if (!asked.getAsBoolean()) {
      ChildWorkflows.startAll(unfinished.deliveries());
    }
    if (asked.getAsBoolean()) {
      express.insistent().cancelUnfinished(List.of(event), firstRun);
    } else if (unfinished.more()) {
      Workflow.newContinueAsNewStub(EventWorkflow.class)
          .tellEveryone(event, unfinished.deliveries().getLast().id(), firstRun);
    }
  }
}
