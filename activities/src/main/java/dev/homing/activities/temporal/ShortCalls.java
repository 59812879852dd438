package dev.homing.activities.temporal;

import io.grpc.Context;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowServiceException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

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

  /** Makes calls through the client; they have five seconds in all. */
  public static void run(Runnable calls) {
    try (var deadline = deadline()) {
      deadline.run(calls);
    }
  }

  /** The same, and returns their result. */
  public static <T> T call(Supplier<T> calls) {
    try (var deadline = deadline()) {
      Context before = deadline.attach();
      try {
        return calls.get();
      } finally {
        deadline.detach(before);
      }
    }
  }

  private static Context.CancellableContext deadline() {
    return Context.current()
        .withDeadlineAfter(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS, DEADLINES);
  }

  /** Why a call failed; a {@link WorkflowServiceException} itself only names the workflow. */
  public static String cause(RuntimeException failure) {
    Throwable cause = failure instanceof WorkflowServiceException ? failure.getCause() : failure;
    return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
  }
}
