package dev.homing.workflows.event;

import dev.homing.workflows.Retries;
import dev.homing.workflows.TaskQueues;
import io.temporal.activity.ActivityOptions;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.function.Function;

/** Calls the express lane from a workflow. */
final class FirstAttemptCalls {
  /** More than {@code sendAll} takes, even if it first waits until another node's lease expires. */
  private static final Duration CALL_TIMEOUT = Duration.ofMinutes(5);

  /** Runs within the workflow's task: a delivered event costs the server two transactions. */
  private final FirstAttempts once =
      Workflow.newLocalActivityStub(
          FirstAttempts.class,
          LocalActivityOptions.newBuilder()
              .setStartToCloseTimeout(CALL_TIMEOUT)
              .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
              .build());

  private final FirstAttempts untilSuccess =
      Workflow.newActivityStub(
          FirstAttempts.class,
          ActivityOptions.newBuilder()
              .setTaskQueue(TaskQueues.EVENTS)
              .setStartToCloseTimeout(CALL_TIMEOUT)
              .setRetryOptions(Retries.UNTIL_SUCCESS)
              .build());

  /** Calls within the workflow's task and, if that fails, as an activity retried without limit. */
  <R> R call(Function<FirstAttempts, R> call) {
    try {
      return call.apply(once);
    } catch (ActivityFailure ours) {
      return call.apply(untilSuccess);
    }
  }

  /** Calls as an activity retried without limit. */
  FirstAttempts untilSuccess() {
    return untilSuccess;
  }
}
