package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.development.TemporalPart;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import java.time.Duration;

/**
 * An operator at the Temporal CLI.
 *
 * @param client asked what the CLI would show, as each start of the CLI takes a second of CPU
 */
record Operator(TemporalPart temporal, WorkflowClient client) {
  /** Temporal starts the workflows of others meanwhile, hundreds of them. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of the shared instance of Homing. */
  static Operator shared() {
    return new Operator(
        RealParts.shared().temporal(), RunningHoming.shared().bean(WorkflowClient.class));
  }

  /** Runs the CLI, and returns what it prints. */
  String cli(String... arguments) {
    return temporal.cli(arguments);
  }

  void resetWorkflow(String id) {
    cli("workflow", "reset", "-w", id, "--type", "FirstWorkflowTask", "--reason", "x");
  }

  /** The id of the activity whose retry a delivery's workflow waits for. */
  String awaitPendingActivity(String id) {
    return await(id)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> describe(id).getPendingActivities(0), activity -> activity.getAttempt() > 1)
        .getActivityId();
  }

  /** Waits until the activity that a workflow waits for is paused, and its execution has ended. */
  void awaitPaused(String workflow) {
    await(workflow)
        .atMost(PATIENCE)
        .until(
            () -> describe(workflow).getPendingActivities(0).getState(),
            PendingActivityState.PENDING_ACTIVITY_STATE_PAUSED::equals);
  }

  /** What the last execution of the activity said that a workflow waits for. */
  String awaitMessage(String workflow, String part) {
    return await(workflow)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> describe(workflow).getPendingActivities(0).getLastFailure().getMessage(),
            message -> message.contains(part));
  }

  /** The key by which Temporal hands out a workflow's tasks; its activities inherit it. */
  String fairnessKey(String workflow) {
    return describe(workflow).getWorkflowExecutionInfo().getPriority().getFairnessKey();
  }

  void awaitStatus(String workflow, String... statuses) {
    await(workflow)
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(status(workflow))
                    .as("%s events wait for the start of their workflow", waitingForStart())
                    .isIn((Object[]) statuses));
  }

  /** The status of a workflow's latest run; NOT_FOUND until Temporal knows it. */
  private String status(String workflow) {
    try {
      return describe(workflow)
          .getWorkflowExecutionInfo()
          .getStatus()
          .name()
          .substring("WORKFLOW_EXECUTION_STATUS_".length());
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode().name();
    }
  }

  private static int waitingForStart() {
    MeterRegistry metrics = RunningHoming.shared().bean(MeterRegistry.class);
    return (int) metrics.get("homing.dispatcher.waiting").gauge().value();
  }

  /** The id of a workflow's latest run. */
  String runId(String workflow) {
    return describe(workflow).getWorkflowExecutionInfo().getExecution().getRunId();
  }

  private DescribeWorkflowExecutionResponse describe(String workflow) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .describeWorkflowExecution(
            DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflow))
                .build());
  }

  /** Waits until a query for workflows finds so many: it lags. */
  void awaitListed(String query, int count) {
    await()
        .atMost(PATIENCE)
        .until(() -> client.countWorkflows(query).getCount(), found -> found == count);
  }
}
