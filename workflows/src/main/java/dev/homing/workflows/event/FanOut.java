package dev.homing.workflows.event;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.TaskQueues;
import dev.homing.workflows.delivery.DeliveryWorkflow;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends to all recipients at once, and starts a {@code RetryingDelivery} for each that waits. */
public final class FanOut implements EventWorkflow {
  /** Longer than {@code sendAll} takes, also if it first has to wait out another's lease. */
  private static final Duration AT_MOST = Duration.ofMinutes(5);

  /** Part of this workflow's own task: a delivered event costs the server two transactions. */
  private final FirstAttempts express =
      Workflow.newLocalActivityStub(
          FirstAttempts.class,
          LocalActivityOptions.newBuilder()
              .setStartToCloseTimeout(AT_MOST)
              .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
              .build());

  /** Tried until it succeeds. */
  private final FirstAttempts insistent =
      Workflow.newActivityStub(
          FirstAttempts.class,
          ActivityOptions.newBuilder()
              .setTaskQueue(TaskQueues.EVENTS)
              .setStartToCloseTimeout(AT_MOST)
              .setRetryOptions(
                  RetryOptions.newBuilder().setMaximumInterval(Duration.ofSeconds(10)).build())
              .build());

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
    Unfinished unfinished = sendAll(event, startedUpTo);
    // A cancel that came since the last task is seen at the next: a delivery started by then is
    // not due yet, and finds itself cancelled.
    if (!asked.isCancelRequested()) {
      startAll(unfinished.deliveries());
    }
    if (asked.isCancelRequested()) {
      insistent.cancelUnfinished(event);
    } else if (unfinished.more()) {
      Workflow.newContinueAsNewStub(EventWorkflow.class)
          .tellEveryone(event, unfinished.deliveries().getLast().id());
    }
  }

  private Unfinished sendAll(AcceptedEvent event, @Nullable DeliveryId startedUpTo) {
    String originalRun = Workflow.getInfo().getOriginalExecutionRunId();
    try {
      return express.sendAll(event, startedUpTo, originalRun);
    } catch (ActivityFailure ours) {
      return insistent.sendAll(event, startedUpTo, originalRun);
    }
  }

  private static void startAll(List<WaitingDelivery> deliveries) {
    deliveries.stream().map(FanOut::start).toList().forEach(FanOut::awaitStart);
  }

  private static Promise<WorkflowExecution> start(WaitingDelivery delivery) {
    DeliveryWorkflow child =
        Workflow.newChildWorkflowStub(
            DeliveryWorkflow.class, DeliveryWorkflow.childOptions(delivery));
    Async.procedure(child::deliver, delivery);
    return Workflow.getWorkflowExecution(child);
  }

  /** A child whose parent ends before this is never created. */
  private static void awaitStart(Promise<WorkflowExecution> started) {
    try {
      started.get();
    } catch (ChildWorkflowFailure failure) {
      if (!(failure.getCause() instanceof WorkflowExecutionAlreadyStarted)) {
        throw failure;
      }
    }
  }
}
