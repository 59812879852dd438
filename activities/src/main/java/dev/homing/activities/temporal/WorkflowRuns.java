package dev.homing.activities.temporal;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
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

/** Queries to Temporal about the runs of workflows that wait by the retries of an activity. */
public final class WorkflowRuns {
  private final WorkflowClient client;
  private final Duration minSleep;

  /** {@code minSleep}: time until the next attempt from which a run counts as asleep. */
  WorkflowRuns(WorkflowClient client, Duration minSleep) {
    this.client = client;
    this.minSleep = minSleep;
  }

  /** The latest run of a workflow, as Temporal describes it. */
  public sealed interface Latest {
    /** Temporal knows no run: it was never started, has expired, or was lost. */
    record None() implements Latest {}

    /** The latest run has ended. */
    record Ended(String runId, boolean terminated) implements Latest {}

    /** The run waits for its next attempt. */
    record Asleep(String runId) implements Latest {}

    /**
     * The run is at work, or will be within seconds.
     *
     * @param waits whether it waits for its next attempt until then
     */
    record Running(String runId, boolean waits) implements Latest {}

    /** An operator has paused the run's activity. */
    record Paused(String runId) implements Latest {}

    /** The run was cancelled and has not ended yet. */
    record Ending() implements Latest {}
  }

  /**
   * The latest run of a workflow.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  public Latest latest(String workflowId) {
    try {
      return latest(
          ShortCalls.to(client)
              .describeWorkflowExecution(
                  DescribeWorkflowExecutionRequest.newBuilder()
                      .setNamespace(client.getOptions().getNamespace())
                      .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                      .build()));
    } catch (StatusRuntimeException failure) {
      if (failure.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return new Latest.None();
      }
      throw failure;
    }
  }

  private Latest latest(DescribeWorkflowExecutionResponse run) {
    var info = run.getWorkflowExecutionInfo();
    String runId = info.getExecution().getRunId();
    return switch (info.getStatus()) {
      case WORKFLOW_EXECUTION_STATUS_RUNNING, WORKFLOW_EXECUTION_STATUS_PAUSED -> {
        if (run.getWorkflowExtendedInfo().getCancelRequested()) {
          yield new Latest.Ending();
        }
        if (run.getPendingActivitiesList().stream().anyMatch(PendingActivityInfo::getPaused)) {
          yield new Latest.Paused(runId);
        }
        List<PendingActivityInfo> activities = run.getPendingActivitiesList();
        yield activities.stream().anyMatch(activity -> waitsFor(minSleep, activity))
            ? new Latest.Asleep(runId)
            : new Latest.Running(
                runId, activities.stream().anyMatch(activity -> waitsFor(Duration.ZERO, activity)));
      }
      default ->
          new Latest.Ended(
              runId,
              info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
    };
  }

  /** Whether its next attempt comes after this time. */
  private static boolean waitsFor(Duration time, PendingActivityInfo activity) {
    Timestamp next = activity.getNextAttemptScheduleTime();
    return activity.hasNextAttemptScheduleTime()
        && Instant.ofEpochSecond(next.getSeconds(), next.getNanos())
            .isAfter(Instant.now().plus(time));
  }

  /**
   * Lists the ids of matching workflows, reading all pages.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  Set<String> ids(String query) {
    Set<String> ids = new LinkedHashSet<>();
    ByteString next = ByteString.EMPTY;
    do {
      var page =
          ShortCalls.to(client)
              .listWorkflowExecutions(
                  ListWorkflowExecutionsRequest.newBuilder()
                      .setNamespace(client.getOptions().getNamespace())
                      .setQuery(query)
                      .setNextPageToken(next)
                      .build());
      page.getExecutionsList().forEach(run -> ids.add(run.getExecution().getWorkflowId()));
      next = page.getNextPageToken();
    } while (!next.isEmpty());
    return ids;
  }
}
