package dev.homing.app.bench;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.GrpcCompression;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Temporal's limit: workflows that are started eagerly and do nothing. */
final class Floor {
  private static final String TASK_QUEUE = "floor";
  private static final int CALLERS = 16;

  private Floor() {}

  /** One local activity, as an event that is delivered at once. */
  @WorkflowInterface
  public interface Nothing {
    @WorkflowMethod
    void run();
  }

  /** Does nothing. */
  @ActivityInterface
  public interface Empty {
    void act();
  }

  /** In one task. */
  public static final class OneEmptyActivity implements Nothing {
    private final Empty empty =
        Workflow.newLocalActivityStub(
            Empty.class,
            LocalActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofSeconds(10))
                .build());

    @Override
    public void run() {
      empty.act();
    }
  }

  /** Workflows each second, in the second half of that time. */
  static double run(String address, Duration time) {
    AtomicInteger ended = new AtomicInteger();
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder()
                .setTarget(address)
                .setGrpcCompression(GrpcCompression.NONE)
                .build());
    WorkflowClient client = WorkflowClient.newInstance(stubs);
    WorkerFactory factory =
        WorkerFactory.newInstance(
            client, WorkerFactoryOptions.newBuilder().setUsingVirtualWorkflowThreads(true).build());
    Worker worker =
        factory.newWorker(
            TASK_QUEUE, WorkerOptions.newBuilder().setUsingVirtualThreads(true).build());
    worker.registerWorkflowImplementationTypes(OneEmptyActivity.class);
    worker.registerActivitiesImplementations((Empty) ended::incrementAndGet);
    factory.start();
    try {
      return perSecond(client, ended, time);
    } finally {
      factory.shutdownNow();
      stubs.shutdownNow();
    }
  }

  private static double perSecond(WorkflowClient client, AtomicInteger ended, Duration time) {
    long start = System.nanoTime();
    long half = start + time.toNanos() / 2;
    long end = start + time.toNanos();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        threads.execute(() -> startUntil(client, half));
      }
    }
    int before = ended.get();
    long since = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        threads.execute(() -> startUntil(client, end));
      }
    }
    return (ended.get() - before) / ((System.nanoTime() - since) / 1e9);
  }

  private static void startUntil(WorkflowClient client, long end) {
    while (System.nanoTime() < end) {
      Nothing workflow =
          client.newWorkflowStub(
              Nothing.class,
              WorkflowOptions.newBuilder()
                  .setTaskQueue(TASK_QUEUE)
                  .setDisableEagerExecution(false)
                  .build());
      WorkflowClient.start(workflow::run);
    }
  }
}
