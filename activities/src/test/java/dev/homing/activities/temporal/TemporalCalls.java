package dev.homing.activities.temporal;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.errordetails.v1.WorkflowExecutionAlreadyStartedFailure;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.ResetActivityRequest;
import io.temporal.api.workflowservice.v1.ResetActivityResponse;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.StatusUtils;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A fake Temporal server that records the calls made to it. */
public final class TemporalCalls extends WorkflowServiceGrpc.WorkflowServiceImplBase {
  private final List<String> woken = new CopyOnWriteArrayList<>();
  private final List<String> started = new CopyOnWriteArrayList<>();
  private volatile @Nullable PendingActivityInfo running;
  private volatile Duration delay = Duration.ZERO;
  private final WorkflowClient client = WorkflowClient.newInstance(stubs());

  public WorkflowClient client() {
    return client;
  }

  /** The ids of workflows whose activity was reset, so that it is retried now. */
  public List<String> woken() {
    return List.copyOf(woken);
  }

  /** The ids of workflows to be started. */
  public List<String> started() {
    return List.copyOf(started);
  }

  /** From now on each workflow runs already, with this activity. */
  public void running(PendingActivityInfo activity) {
    running = activity;
  }

  /** From now on starts and descriptions take so long. */
  public void answerAfter(Duration delay) {
    this.delay = delay;
  }

  private void delay() {
    try {
      Thread.sleep(delay);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** The client's first call. */
  @Override
  public void getSystemInfo(
      GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> answer) {
    answer.onNext(GetSystemInfoResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void startWorkflowExecution(
      StartWorkflowExecutionRequest request,
      StreamObserver<StartWorkflowExecutionResponse> answer) {
    delay();
    if (running != null) {
      answer.onError(
          StatusUtils.newException(
              Status.ALREADY_EXISTS.withDescription("it runs already"),
              WorkflowExecutionAlreadyStartedFailure.newBuilder().setRunId("run").build(),
              WorkflowExecutionAlreadyStartedFailure.getDescriptor()));
      return;
    }
    started.add(request.getWorkflowId());
    answer.onNext(StartWorkflowExecutionResponse.newBuilder().setRunId("run").build());
    answer.onCompleted();
  }

  @Override
  public void describeWorkflowExecution(
      DescribeWorkflowExecutionRequest request,
      StreamObserver<DescribeWorkflowExecutionResponse> answer) {
    delay();
    answer.onNext(
        DescribeWorkflowExecutionResponse.newBuilder()
            .setWorkflowExecutionInfo(
                WorkflowExecutionInfo.newBuilder()
                    .setExecution(WorkflowExecution.newBuilder().setRunId("run"))
                    .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING))
            .addPendingActivities(requireNonNull(running))
            .build());
    answer.onCompleted();
  }

  @Override
  public void resetActivity(
      ResetActivityRequest request, StreamObserver<ResetActivityResponse> answer) {
    woken.add(request.getExecution().getWorkflowId());
    answer.onNext(ResetActivityResponse.getDefaultInstance());
    answer.onCompleted();
  }

  private WorkflowServiceStubs stubs() {
    String name = "temporal-" + UUID.randomUUID();
    Server server = InProcessServerBuilder.forName(name).addService(this).build();
    try {
      server.start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    return WorkflowServiceStubs.newServiceStubs(
        WorkflowServiceStubsOptions.newBuilder().setChannel(channel).build());
  }
}
