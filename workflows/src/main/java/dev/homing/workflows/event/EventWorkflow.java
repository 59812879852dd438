package dev.homing.workflows.event;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Fairness;
import dev.homing.workflows.Search;
import dev.homing.workflows.TaskQueues;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import org.jspecify.annotations.Nullable;

/** Sends one event to its recipients. Its id is the event's. */
@WorkflowInterface
public interface EventWorkflow {
  /** The workflow's type, as queries name it. */
  String TYPE = "FanOut";

  /**
   * Never fails. When cancelled, it records unfinished deliveries as cancelled.
   *
   * @param startedUpTo the last delivery for which an earlier run started a workflow; null in the
   *     first run
   * @param roundsOf id of the first run, which opened the rounds if it came from a reset; null in
   *     that run
   */
  @WorkflowMethod(name = TYPE)
  void fanOut(AcceptedEvent event, @Nullable DeliveryId startedUpTo, @Nullable String roundsOf);

  /**
   * Options for a start by a client: eagerly, if a worker of this process has room. Starting again
   * is allowed after the workflow has ended, and does nothing while it runs.
   */
  static WorkflowOptions options(AcceptedEvent event) {
    return WorkflowOptions.newBuilder()
        .setWorkflowId(event.id().toString())
        .setTaskQueue(TaskQueues.EVENTS)
        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
        .setWorkflowIdConflictPolicy(
            WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
        .setDisableEagerExecution(false)
        .setPriority(Fairness.of(event.tenant()))
        .setStaticSummary(summary(event))
        .setTypedSearchAttributes(Search.of(event.tenant(), event.id(), event.type()))
        .build();
  }

  /** Options for a start by another workflow, which it outlives. */
  static ChildWorkflowOptions childOptions(AcceptedEvent event) {
    return ChildWorkflowOptions.newBuilder()
        .setWorkflowId(event.id().toString())
        .setTaskQueue(TaskQueues.EVENTS)
        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
        .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON)
        .setStaticSummary(summary(event))
        .setTypedSearchAttributes(Search.of(event.tenant(), event.id(), event.type()))
        .build();
  }

  private static String summary(AcceptedEvent event) {
    return "%s · %d %s"
        .formatted(
            event.type(), event.recipients(), event.recipients() == 1 ? "recipient" : "recipients");
  }
}
