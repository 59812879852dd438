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

/** How a workflow calls the express lane. */
final class FirstAttemptCalls {
  /** Longer than {@code sendAll} takes, also if it first has to wait out another's lease. */
  private static final Duration AT_MOST = Duration.ofMinutes(5);

  /** Part of the workflow's own task: a delivered event costs the server two transactions. */
  private final FirstAttempts once =
      Workflow.newLocalActivityStub(
          FirstAttempts.class,
          LocalActivityOptions.newBuilder()
              .setStartToCloseTimeout(AT_MOST)
              .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
              .build());

  private final FirstAttempts insistent =
      Workflow.newActivityStub(
          FirstAttempts.class,
          ActivityOptions.newBuilder()
              .setTaskQueue(TaskQueues.EVENTS)
              .setStartToCloseTimeout(AT_MOST)
              .setRetryOptions(Retries.UNTIL_IT_SUCCEEDS)
              .build());

  /** Within the workflow's task and, if that fails, as an activity that is tried on and on. */
  <R> R call(Function<FirstAttempts, R> call) {
    try {
      return call.apply(once);
    } catch (ActivityFailure ours) {
      return call.apply(insistent);
    }
  }

  /** Tried until it succeeds. */
  FirstAttempts insistent() {
    return insistent;
  }
}
