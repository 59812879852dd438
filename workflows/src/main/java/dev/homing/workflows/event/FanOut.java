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
  public void fanOut(
      AcceptedEvent event, @Nullable DeliveryId startedUpTo, @Nullable String roundsOf) {
    Cancellation.finishing(
        cancelled -> sendAndFollowUp(event, startedUpTo, firstRun(roundsOf), cancelled));
  }

  /** The id of the first run since the workflow was started or reset. */
  private static String firstRun(@Nullable String continued) {
    WorkflowInfo info = Workflow.getInfo();
    boolean reset = !info.getRunId().equals(info.getOriginalExecutionRunId());
    return continued == null || reset ? info.getRunId() : continued;
  }

  private void sendAndFollowUp(
      AcceptedEvent event,
      @Nullable DeliveryId startedUpTo,
      String firstRun,
      BooleanSupplier cancelled) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    Unfinished unfinished = express.call(lane -> lane.sendAll(event, startedUpTo, originalRun));
    // A cancel that came since the last task is seen at the next: a delivery started by then is
    // not due yet, and its workflow finds it cancelled.
    if (!cancelled.getAsBoolean()) {
      ChildWorkflows.startAll(unfinished.deliveries());
    }
    if (cancelled.getAsBoolean()) {
      express.untilSuccess().cancelUnfinished(List.of(event), firstRun);
    } else if (unfinished.more()) {
      Workflow.newContinueAsNewStub(EventWorkflow.class)
          .fanOut(event, unfinished.deliveries().getLast().id(), firstRun);
    }
  }
}
