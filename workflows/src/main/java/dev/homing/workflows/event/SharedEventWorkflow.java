package dev.homing.workflows.event;

import dev.homing.workflows.Fairness;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.Search;
import dev.homing.workflows.TaskQueues;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowOptions;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;
import java.util.UUID;

/** Sends several events to their recipients. Events share a workflow while Temporal is busy. */
@WorkflowInterface
public interface SharedEventWorkflow {
  /** The workflow's type, as queries name it. */
  String TYPE = "SharedFanOut";

  /**
   * Never fails. When cancelled, it records unfinished deliveries of each event as cancelled.
   *
   * @param events all of one tenant
   */
  @WorkflowMethod(name = TYPE)
  void fanOut(List<AcceptedEvent> events);

  /** {@code evts_} and the first event's UUID: never the id of an event's own workflow. */
  static String id(UUID first) {
    return PrefixedId.write("evts_", first);
  }

  /** Options for a start, the same as for an event's own workflow. */
  static WorkflowOptions options(List<AcceptedEvent> events) {
    return WorkflowOptions.newBuilder()
        .setWorkflowId(id(events.getFirst().id().uuid()))
        .setTaskQueue(TaskQueues.EVENTS)
        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
        .setWorkflowIdConflictPolicy(
            WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
        .setDisableEagerExecution(false)
        .setPriority(Fairness.of(events.getFirst().tenant()))
        .setStaticSummary(
            "%d events · %d recipients"
                .formatted(
                    events.size(), events.stream().mapToInt(AcceptedEvent::recipients).sum()))
        .setTypedSearchAttributes(Search.of(events.getFirst().tenant()))
        .build();
  }
}
