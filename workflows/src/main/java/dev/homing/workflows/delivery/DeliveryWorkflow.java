package dev.homing.workflows.delivery;

import dev.homing.workflows.Fairness;
import dev.homing.workflows.Search;
import dev.homing.workflows.TaskQueues;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.common.SearchAttributes;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Retries one delivery until it is over. Its id is the delivery's. */
@WorkflowInterface
public interface DeliveryWorkflow {
  /** The workflow's type, as queries name it. */
  String TYPE = "RetryingDelivery";

  /** Completes when the delivery is over, fails when its schedule is, and can be cancelled. */
  @WorkflowMethod(name = TYPE)
  void deliver(WaitingDelivery delivery);

  /**
   * Options for a start by a client: eagerly, if a worker of this process has room. Starting again
   * is allowed after the workflow has ended, and fails while it runs.
   */
  static WorkflowOptions options(WaitingDelivery delivery) {
    return WorkflowOptions.newBuilder()
        .setWorkflowId(delivery.id().toString())
        .setTaskQueue(TaskQueues.DELIVERIES)
        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
        .setDisableEagerExecution(false)
        .setPriority(Fairness.of(delivery.tenant()))
        .setStaticSummary(summary(delivery))
        .setTypedSearchAttributes(searchAttributes(delivery))
        .build();
  }

  /** Options for a start by the event's workflow, which it outlives. */
  static ChildWorkflowOptions childOptions(WaitingDelivery delivery) {
    return ChildWorkflowOptions.newBuilder()
        .setWorkflowId(delivery.id().toString())
        .setTaskQueue(TaskQueues.DELIVERIES)
        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
        .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON)
        .setStaticSummary(summary(delivery))
        .setTypedSearchAttributes(searchAttributes(delivery))
        .build();
  }

  private static String summary(WaitingDelivery delivery) {
    return delivery.id() + " → " + delivery.host();
  }

  private static SearchAttributes searchAttributes(WaitingDelivery delivery) {
    return Search.of(
        delivery.tenant(), delivery.eventId(), delivery.eventType(), delivery.subscriptionId());
  }
}
