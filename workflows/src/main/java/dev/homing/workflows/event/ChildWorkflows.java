package dev.homing.workflows.event;

import dev.homing.workflows.delivery.DeliveryWorkflow;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Gatherers;

/** Starts workflows that outlive their parent; one that is already running counts as started. */
final class ChildWorkflows {
  /** Starts per workflow task: with hundreds, the task times out at the server and is repeated. */
  private static final int BATCH_SIZE = 10;

  private ChildWorkflows() {}

  /** Starts a workflow for each waiting delivery. */
  static void startAll(List<WaitingDelivery> deliveries) {
    startInBatches(deliveries, ChildWorkflows::start);
  }

  /** Starts a workflow for each event. */
  static void startEach(List<AcceptedEvent> events) {
    startInBatches(events, ChildWorkflows::start);
  }

  private static <T> void startInBatches(
      List<T> all, Function<T, Promise<WorkflowExecution>> start) {
    all.stream()
        .gather(Gatherers.windowFixed(BATCH_SIZE))
        .forEach(batch -> batch.stream().map(start).toList().forEach(ChildWorkflows::awaitStart));
  }

  private static Promise<WorkflowExecution> start(WaitingDelivery delivery) {
    DeliveryWorkflow child =
        Workflow.newChildWorkflowStub(
            DeliveryWorkflow.class, DeliveryWorkflow.childOptions(delivery));
    Async.procedure(child::deliver, delivery);
    return Workflow.getWorkflowExecution(child);
  }

  private static Promise<WorkflowExecution> start(AcceptedEvent event) {
    EventWorkflow child =
        Workflow.newChildWorkflowStub(EventWorkflow.class, EventWorkflow.childOptions(event));
    Async.procedure(child::fanOut, event, null, null);
    return Workflow.getWorkflowExecution(child);
  }

  /** Waits until the child has started: if its parent ended earlier, it would never be created. */
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
