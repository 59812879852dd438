package dev.homing.activities.temporal;

import io.grpc.Context;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Calls to Temporal that give up after five seconds; its client would retry for a minute. */
public final class ShortCalls {
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final ScheduledExecutorService DEADLINES =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("temporal-deadlines").factory());

  private ShortCalls() {}

  /** A stub for one call. */
  public static WorkflowServiceBlockingStub to(WorkflowClient client) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  public static void run(Runnable call) {
    try (var deadline =
        Context.current().withDeadlineAfter(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS, DEADLINES)) {
      deadline.run(call);
    }
  }
}
