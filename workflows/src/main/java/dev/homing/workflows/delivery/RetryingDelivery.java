package dev.homing.workflows.delivery;

import dev.homing.workflows.Retries;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Attempts a delivery until it is over: one activity whose retries are the schedule. */
public final class RetryingDelivery implements DeliveryWorkflow {
  /** Time for the work around an attempt: resolving the host, reading and writing the ledger. */
  private static final Duration OVERHEAD_TIMEOUT = Duration.ofSeconds(20);

  /** Retried without limit. */
  private final LaterAttempts untilSuccess =
      Workflow.newActivityStub(
          LaterAttempts.class,
          ActivityOptions.newBuilder()
              .setStartToCloseTimeout(OVERHEAD_TIMEOUT)
              .setRetryOptions(Retries.UNTIL_SUCCESS)
              .build());

  @Override
  public void deliver(WaitingDelivery delivery) {
    Workflow.setCurrentDetails(
        "%s · %s · %s".formatted(delivery.id(), delivery.eventId(), delivery.subscriptionId()));
    try {
      attempts(delivery).send(delivery, Workflow.getInfo().getOriginalExecutionRunId());
    } catch (ActivityFailure over) {
      recordCancelIfAsked(delivery);
      throw over;
    }
    recordCancelIfAsked(delivery);
  }

  /** Called whatever the outcome: the ledger leaves a delivery unchanged that is already over. */
  private void recordCancelIfAsked(WaitingDelivery delivery) {
    if (CancellationScope.current().isCancelRequested()) {
      Workflow.newDetachedCancellationScope(() -> untilSuccess.recordCancelled(delivery)).run();
    }
  }

  private static LaterAttempts attempts(WaitingDelivery delivery) {
    return Workflow.newActivityStub(
        LaterAttempts.class,
        ActivityOptions.newBuilder()
            .setStartToCloseTimeout(delivery.timeout().plus(OVERHEAD_TIMEOUT))
            .setRetryOptions(delivery.schedule().retryOptions())
            // An attempt under way is finished and recorded; a wait ends at once.
            .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
            .setSummary("to " + delivery.host())
            .build());
  }
}
