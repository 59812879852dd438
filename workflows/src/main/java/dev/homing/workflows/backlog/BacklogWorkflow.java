package dev.homing.workflows.backlog;

import dev.homing.workflows.Fairness;
import dev.homing.workflows.Search;
import dev.homing.workflows.TaskQueues;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Drains the backlog of one subscription. Its id is the subscription's. */
@WorkflowInterface
public interface BacklogWorkflow {
  /** The workflow's type, as queries name it. */
  String TYPE = "Backlog";

  /** Completes when nothing waits. When cancelled, it records all that waits as cancelled. */
  @WorkflowMethod(name = TYPE)
  void drain(WaitingSubscription subscription);

  /**
   * Options for a start by a client: eagerly, if a worker of this process has room. Starting again
   * is allowed after the workflow has ended, and fails while it runs.
   */
  static WorkflowOptions options(WaitingSubscription subscription) {
    return WorkflowOptions.newBuilder()
        .setWorkflowId(subscription.id().toString())
        .setTaskQueue(TaskQueues.BACKLOGS)
        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
        .setDisableEagerExecution(false)
        .setPriority(Fairness.of(subscription.tenant()))
        .setStaticSummary("what waits for " + subscription.host())
        .setTypedSearchAttributes(Search.of(subscription.tenant(), subscription.id()))
        .build();
  }
}
