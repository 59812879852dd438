package dev.homing.activities.temporal;

import dev.homing.activities.temporal.WorkflowRuns.Latest;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.backlog.BacklogDrain;
import dev.homing.workflows.backlog.BacklogWorkflow;
import dev.homing.workflows.backlog.WaitingSubscription;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.ResetActivityRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import java.time.Duration;
import java.util.Optional;

/** Starts, looks up and wakes the workflows of backlogs. */
public final class BacklogWorkflows {
  /** A run that is executed sooner need not be woken. */
  private static final Duration MIN_SLEEP = Duration.ofSeconds(3);

  private final WorkflowClient client;
  private final WorkflowRuns runs;

  public BacklogWorkflows(WorkflowClient client) {
    this.client = client;
    this.runs = new WorkflowRuns(client, MIN_SLEEP);
  }

  /**
   * Starts a backlog's workflow, and returns its run id; empty if an earlier run has not ended.
   *
   * @throws RuntimeException if Temporal does not answer within five seconds
   */
  public Optional<String> start(WaitingSubscription subscription) {
    return ShortCalls.call(() -> startNow(subscription));
  }

  private Optional<String> startNow(WaitingSubscription subscription) {
    BacklogWorkflow workflow =
        client.newWorkflowStub(BacklogWorkflow.class, BacklogWorkflow.options(subscription));
    try {
      return Optional.of(WorkflowClient.start(workflow::drain, subscription).getRunId());
    } catch (WorkflowExecutionAlreadyStarted running) {
      return Optional.empty();
    }
  }

  /**
   * The latest run of a backlog's workflow.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  public Latest latest(SubscriptionId subscription) {
    return runs.latest(subscription.toString());
  }

  /**
   * Ends the wait of a backlog's run, so that it drains now.
   *
   * @throws StatusRuntimeException if Temporal does not answer, or the run does not wait
   */
  public void wake(SubscriptionId subscription) {
    var unused =
        ShortCalls.to(client)
            .resetActivity(
                ResetActivityRequest.newBuilder()
                    .setNamespace(client.getOptions().getNamespace())
                    .setExecution(
                        WorkflowExecution.newBuilder().setWorkflowId(subscription.toString()))
                    .setType(BacklogDrain.DRAIN)
                    .build());
  }
}
