package dev.homing.workflows.event;

import dev.homing.workflows.Retries;
import dev.homing.workflows.TaskQueues;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.DeliveryStarts;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.Priority;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Does for several events what {@code FanOut} does for one. */
public final class SharedFanOut implements SharedEventWorkflow {
  private static final Duration STARTING_AT_MOST = Duration.ofMinutes(5);

  private final FirstAttemptCalls express = new FirstAttemptCalls();

  @Override
  public void tellEveryone(List<AcceptedEvent> events) {
    Cancellation.finishing(asked -> tell(events, asked));
  }

  private void tell(List<AcceptedEvent> events, BooleanSupplier asked) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    SharedUnfinished unfinished = express.call(lane -> lane.sendAllOf(events, originalRun));
    if (!asked.getAsBoolean()) {
      startAll(unfinished.deliveries());
      ChildWorkflows.startEach(unfinished.apart());
    }
    if (asked.getAsBoolean()) {
      express.insistent().cancelUnfinished(events, Workflow.getInfo().getRunId());
    }
  }

  /** As children of one that has much in hand they would take Temporal several times as long. */
  private static void startAll(List<WaitingDelivery> deliveries) {
    if (!deliveries.isEmpty()) {
      starts(deliveries.getFirst().tenant()).startAll(deliveries);
    }
  }

  /** They wait for their turn, tenant by tenant: when much is refused, there are many. */
  private static DeliveryStarts starts(Tenant tenant) {
    return Workflow.newActivityStub(
        DeliveryStarts.class,
        ActivityOptions.newBuilder()
            .setTaskQueue(TaskQueues.STARTS)
            .setPriority(Priority.newBuilder().setFairnessKey(tenant.name()).build())
            .setStartToCloseTimeout(STARTING_AT_MOST)
            .setRetryOptions(Retries.UNTIL_IT_SUCCEEDS)
            .build());
  }
}
