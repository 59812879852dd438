package dev.homing.workflows.delivery;

import dev.homing.workflows.Retries;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Tries, waits, and tries again: one activity whose retries are the schedule. */
public final class RetryingDelivery implements DeliveryWorkflow {
  /** For what surrounds an attempt: looking up the host, reading and writing the ledger. */
  private static final Duration AROUND_AN_ATTEMPT = Duration.ofSeconds(20);

  /** Tried until it succeeds. */
  private final LaterAttempts insistent =
      Workflow.newActivityStub(
          LaterAttempts.class,
          ActivityOptions.newBuilder()
              .setStartToCloseTimeout(AROUND_AN_ATTEMPT)
              .setRetryOptions(Retries.UNTIL_IT_SUCCEEDS)
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

  /** However the attempt under way ended: what is over already stays as the ledger has it. */
  private void recordCancelIfAsked(WaitingDelivery delivery) {
    if (CancellationScope.current().isCancelRequested()) {
      Workflow.newDetachedCancellationScope(() -> insistent.recordCancelled(delivery)).run();
    }
  }

  private static LaterAttempts attempts(WaitingDelivery delivery) {
    return Workflow.newActivityStub(
        LaterAttempts.class,
        ActivityOptions.newBuilder()
            .setStartToCloseTimeout(delivery.timeout().plus(AROUND_AN_ATTEMPT))
            .setRetryOptions(delivery.schedule().retryOptions())
            // An attempt under way is finished and recorded; a wait ends at once.
            .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
            .setSummary("to " + delivery.host())
            .build());
  }
}
