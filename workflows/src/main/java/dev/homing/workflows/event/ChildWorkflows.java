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

/** Starts what goes on after the workflow that starts it; one that runs already is as good. */
final class ChildWorkflows {
  /** A task that starts hundreds takes Temporal longer than a task may, and is made again. */
  private static final int TOGETHER = 10;

  private ChildWorkflows() {}

  /** A workflow for each delivery that waits. */
  static void startAll(List<WaitingDelivery> deliveries) {
    startTogether(deliveries, ChildWorkflows::start);
  }

  /** A workflow of its own for each event. */
  static void startEach(List<AcceptedEvent> events) {
    startTogether(events, ChildWorkflows::start);
  }

  private static <T> void startTogether(
      List<T> all, Function<T, Promise<WorkflowExecution>> start) {
    all.stream()
        .gather(Gatherers.windowFixed(TOGETHER))
        .forEach(some -> some.stream().map(start).toList().forEach(ChildWorkflows::awaitStart));
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
    Async.procedure(child::tellEveryone, event, null, null);
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
