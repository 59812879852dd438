package dev.homing.workflows.event;

import dev.homing.workflows.Fairness;
import dev.homing.workflows.Retries;
import dev.homing.workflows.TaskQueues;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.DeliveryStarts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.ActivityOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Does for several events what {@link FanOut} does for one. */
public final class SharedFanOut implements SharedEventWorkflow {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);

  private final FirstAttemptCalls express = new FirstAttemptCalls();

  @Override
  public void fanOut(List<AcceptedEvent> events) {
    Cancellation.finishing(cancelled -> sendAndFollowUp(events, cancelled));
  }

  private void sendAndFollowUp(List<AcceptedEvent> events, BooleanSupplier cancelled) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    SharedUnfinished unfinished = express.call(lane -> lane.sendAllOf(events, originalRun));
    if (!cancelled.getAsBoolean()) {
      startAll(unfinished.deliveries());
      ChildWorkflows.startEach(unfinished.apart());
    }
    if (cancelled.getAsBoolean()) {
      express.untilSuccess().cancelUnfinished(events, Workflow.getInfo().getRunId());
    }
  }

  /**
   * An activity starts them: as children of one workflow they take Temporal several times longer.
   */
  private static void startAll(List<WaitingDelivery> deliveries) {
    if (!deliveries.isEmpty()) {
      starts(deliveries.getFirst().tenant()).startAll(deliveries);
    }
  }

  /** Queued fairly by tenant: when receivers refuse much, there are many. */
  private static DeliveryStarts starts(Tenant tenant) {
    return Workflow.newActivityStub(
        DeliveryStarts.class,
        ActivityOptions.newBuilder()
            .setTaskQueue(TaskQueues.STARTS)
            .setPriority(Fairness.of(tenant))
            .setStartToCloseTimeout(START_TIMEOUT)
            .setRetryOptions(Retries.UNTIL_SUCCESS)
            .build());
  }
}
