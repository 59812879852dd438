package dev.homing.workflows;

import static java.util.Objects.requireNonNull;

import dev.homing.workflows.backlog.DrainingBacklog;
import dev.homing.workflows.delivery.RetryingDelivery;
import dev.homing.workflows.event.FanOut;
import dev.homing.workflows.event.SharedFanOut;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerFactoryOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A time-skipping Temporal server with all workflows, and activities given by the test. */
public abstract class WorkflowTest {
  static {
    JacksonJsonPayloadConverter.setDefaultAsJackson3(true, false);
  }

  protected final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder()
              .setWorkerFactoryOptions(
                  WorkerFactoryOptions.newBuilder().setUsingVirtualWorkflowThreads(true).build())
              .build());

  protected final WorkflowClient client = temporal.getWorkflowClient();

  @BeforeEach
  final void startWorkers() {
    Search.ALL.forEach(key -> temporal.registerSearchAttribute(key.getName(), key.getValueType()));
    var events = temporal.newWorker(TaskQueues.EVENTS);
    events.registerWorkflowImplementationTypes(FanOut.class, SharedFanOut.class);
    events.registerActivitiesImplementations(activities());
    var deliveries = temporal.newWorker(TaskQueues.DELIVERIES);
    deliveries.registerWorkflowImplementationTypes(RetryingDelivery.class);
    deliveries.registerActivitiesImplementations(activities());
    var backlogs = temporal.newWorker(TaskQueues.BACKLOGS);
    backlogs.registerWorkflowImplementationTypes(DrainingBacklog.class);
    backlogs.registerActivitiesImplementations(activities());
    temporal.newWorker(TaskQueues.STARTS).registerActivitiesImplementations(activities());
    temporal.start();
  }

  @AfterEach
  final void stop() {
    temporal.close();
  }

  /**
   * Waits until a workflow's activity waits for its next attempt.
   *
   * <p>The test server loses an answer that comes at the very moment of a cancel.
   */
  protected final void awaitRetry(WorkflowStub workflow) {
    Awaitility.await()
        .until(
            () ->
                client
                    .getWorkflowServiceStubs()
                    .blockingStub()
                    .describeWorkflowExecution(
                        DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(client.getOptions().getNamespace())
                            .setExecution(requireNonNull(workflow.getExecution()))
                            .build())
                    .getPendingActivitiesList(),
            pending -> pending.size() == 1 && pending.getFirst().hasLastFailure());
  }

  /** Scripted activities in place of the outside world. */
  protected abstract Object[] activities();
}
