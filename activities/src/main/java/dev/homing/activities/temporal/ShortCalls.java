package dev.homing.activities.temporal;

import io.grpc.Context;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Calls Temporal for five seconds at most: its client would insist for a minute. */
public final class ShortCalls {
  static final Duration LONGEST = Duration.ofSeconds(5);

  private static final ScheduledExecutorService DEADLINES =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("temporal-deadlines").factory());

  private ShortCalls() {}

  /** For one call. */
  public static WorkflowServiceBlockingStub to(WorkflowClient client) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
  }

  public static void run(Runnable call) {
    try (var soon =
        Context.current().withDeadlineAfter(LONGEST.toMillis(), TimeUnit.MILLISECONDS, DEADLINES)) {
      soon.run(call);
    }
  }
}
