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

  public static void run(Runnable calls) {
    call(
        () -> {
          calls.run();
          return true;
        });
  }

  /** Returns what calls through the client return; they have five seconds in all. */
  public static <T> T call(Supplier<T> calls) {
    try (var deadline =
        Context.current().withDeadlineAfter(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS, DEADLINES)) {
      Context before = deadline.attach();
      try {
        return calls.get();
      } finally {
        deadline.detach(before);
      }
    }
  }

  /** Why a call failed; of its failures, those of Temporal's client name the workflow only. */
  public static String cause(RuntimeException failure) {
    Throwable cause = failure instanceof WorkflowServiceException ? failure.getCause() : failure;
    return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
  }
}
