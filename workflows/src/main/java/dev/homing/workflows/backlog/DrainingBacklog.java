package dev.homing.workflows.backlog;

import dev.homing.workflows.Retries;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Drains a backlog until nothing waits: one activity whose retries are its waits. */
public final class DrainingBacklog implements BacklogWorkflow {
  /** For one execution, which sends as long as something is due, but not much longer than ten. */
  private static final Duration DRAIN_TIMEOUT = Duration.ofMinutes(30);

  private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration CANCEL_TIMEOUT = Duration.ofMinutes(5);

  /** After a fault. Other waits are the drain's: until the next probe, or until one is due. */
  private static final RetryOptions RETRY_OPTIONS =
      RetryOptions.newBuilder()
          .setInitialInterval(Duration.ofSeconds(1))
          .setBackoffCoefficient(2)
          .setMaximumInterval(Duration.ofMinutes(5))
          .build();

  /** Retried without limit. */
  private final BacklogDrain untilSuccess =
      Workflow.newActivityStub(
          BacklogDrain.class,
          ActivityOptions.newBuilder()
              .setStartToCloseTimeout(CANCEL_TIMEOUT)
              .setRetryOptions(Retries.UNTIL_SUCCESS)
              .build());

  @Override
  public void drain(WaitingSubscription subscription) {
    try {
      drain(subscription.host()).drain(subscription);
    } catch (ActivityFailure over) {
      cancelAllIfAsked(subscription);
      throw over;
    }
    cancelAllIfAsked(subscription);
  }

  private void cancelAllIfAsked(WaitingSubscription subscription) {
    if (CancellationScope.current().isCancelRequested()) {
      Workflow.newDetachedCancellationScope(() -> untilSuccess.cancelAll(subscription)).run();
    }
  }

  private static BacklogDrain drain(String host) {
    return Workflow.newActivityStub(
        BacklogDrain.class,
        ActivityOptions.newBuilder()
            .setStartToCloseTimeout(DRAIN_TIMEOUT)
            .setHeartbeatTimeout(HEARTBEAT_TIMEOUT)
            .setRetryOptions(RETRY_OPTIONS)
            // Attempts under way are finished and recorded; a wait ends at once.
            .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
            .setSummary("to " + host)
            .build());
  }
}
