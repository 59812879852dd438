package dev.homing.activities.temporal;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.ResetActivityRequest;
import io.temporal.api.workflowservice.v1.ResetActivityResponse;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands in for Temporal where it is only told something: it writes down what was asked for. */
public final class TemporalCalls extends WorkflowServiceGrpc.WorkflowServiceImplBase {
  private final List<String> woken = new CopyOnWriteArrayList<>();
  private final List<String> started = new CopyOnWriteArrayList<>();
  private final WorkflowClient client = WorkflowClient.newInstance(stubs());

  public WorkflowClient client() {
    return client;
  }

  /** The workflows whose activity was to be tried now. */
  public List<String> woken() {
    return List.copyOf(woken);
  }

  /** The workflows that were to be started. */
  public List<String> started() {
    return List.copyOf(started);
  }

  /** The client asks for this first. */
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
    started.add(request.getWorkflowId());
    answer.onNext(StartWorkflowExecutionResponse.newBuilder().setRunId("run").build());
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
