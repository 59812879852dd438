package dev.homing.activities.temporal;

import com.google.protobuf.ByteString;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.delivery.DeliveryWorkflow;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Queries to Temporal about the runs of deliveries' workflows. */
public final class DeliveryRuns {
  /**
   * Time until the next attempt from which a run counts as asleep.
   *
   * <p>Retries after internal faults wait less, so such a run waits because of its receiver.
   */
  private static final Duration MIN_SLEEP = Duration.ofSeconds(15);

  private final WorkflowClient client;

  public DeliveryRuns(WorkflowClient client) {
    this.client = client;
  }

  /** The terminated latest run of a delivery. */
  public record Terminated(DeliveryId delivery, String runId) {}

  /**
   * Deliveries whose latest run was terminated after {@code since}.
   *
   * <p>Leaves out runs that a reset replaced.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  public List<Terminated> terminatedSince(Instant since) {
    return workflowIds(
            "ExecutionStatus=\"Terminated\" AND WorkflowType=\"%s\" AND CloseTime > \"%s\""
                .formatted(DeliveryWorkflow.TYPE, since))
        .stream()
        .flatMap(id -> DeliveryId.read(id).stream())
        .flatMap(
            id ->
                latest(id) instanceof Latest.Ended(var runId, var terminated) && terminated
                    ? Stream.of(new Terminated(id, runId))
                    : Stream.empty())
        .toList();
  }

  /** Lists the ids of matching workflows, reading all pages. */
  private Set<String> workflowIds(String query) {
    Set<String> ids = new LinkedHashSet<>();
    ByteString next = ByteString.EMPTY;
    do {
      var page =
          ShortCalls.to(client)
              .listWorkflowExecutions(
                  ListWorkflowExecutionsRequest.newBuilder()
                      .setNamespace(namespace())
                      .setQuery(query)
                      .setNextPageToken(next)
                      .build());
      page.getExecutionsList().forEach(run -> ids.add(run.getExecution().getWorkflowId()));
      next = page.getNextPageToken();
    } while (!next.isEmpty());
    return ids;
  }

  /** The latest run of a delivery's workflow, as Temporal describes it. */
  public sealed interface Latest {
    /** Temporal knows no run: it was never started, has expired, or was lost. */
    record None() implements Latest {}

    /** The latest run has ended. */
    record Ended(String runId, boolean terminated) implements Latest {}

    /** The run waits for its next attempt. */
    record Asleep(String runId) implements Latest {}

    /** The run is at work, or will be within seconds, or an operator paused it. */
    record Running(String runId) implements Latest {}

    /** The run was cancelled and has not ended yet. */
    record Ending() implements Latest {}
  }

  /**
   * The latest run of a delivery.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  public Latest latest(DeliveryId id) {
    try {
      return latest(
          ShortCalls.to(client)
              .describeWorkflowExecution(
                  DescribeWorkflowExecutionRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(WorkflowExecution.newBuilder().setWorkflowId(id.toString()))
                      .build()));
    } catch (StatusRuntimeException failure) {
      if (failure.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return new Latest.None();
      }
      throw failure;
    }
  }

  private static Latest latest(DescribeWorkflowExecutionResponse run) {
    var info = run.getWorkflowExecutionInfo();
    String runId = info.getExecution().getRunId();
    return switch (info.getStatus()) {
      case WORKFLOW_EXECUTION_STATUS_RUNNING, WORKFLOW_EXECUTION_STATUS_PAUSED -> {
        if (run.getWorkflowExtendedInfo().getCancelRequested()) {
          yield new Latest.Ending();
        }
        yield run.getPendingActivitiesList().stream().anyMatch(DeliveryRuns::isAsleep)
            ? new Latest.Asleep(runId)
            : new Latest.Running(runId);
      }
      default ->
          new Latest.Ended(
              runId,
              info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
    };
  }

  private static boolean isAsleep(PendingActivityInfo activity) {
    return !activity.getPaused()
        && activity.hasNextAttemptScheduleTime()
        && activity.getNextAttemptScheduleTime().getSeconds()
            > Instant.now().plus(MIN_SLEEP).getEpochSecond();
  }

  private String namespace() {
    return client.getOptions().getNamespace();
  }
}
