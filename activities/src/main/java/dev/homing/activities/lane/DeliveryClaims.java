package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.activity.ActivityInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes deliveries for the runs of their workflows: one run at a time has a delivery in hand. */
final class DeliveryClaims {
  private final Deliveries deliveries;
  private final FairTransactions transaction;

  DeliveryClaims(Deliveries deliveries, FairTransactions transaction) {
    this.deliveries = deliveries;
    this.transaction = transaction;
  }

  /**
   * A delivery that is not over and that the calling run has in hand.
   *
   * @param first whether the run has only just taken it
   * @param untilDue time until it was due when it was claimed; null: it was paused
   */
  record Claimed(Delivery delivery, boolean first, @Nullable Duration untilDue) {
    boolean isDue() {
      return untilDue == null || untilDue.compareTo(NextStep.MIN_WAIT) <= 0;
    }
  }

  /** Takes the delivery for the calling run; empty if there is nothing for it to do. */
  Optional<Claimed> claim(WaitingDelivery waiting, ActivityInfo execution, String originalRun) {
    return transaction.get(
        () ->
            deliveries
                .lock(waiting.tenant(), waiting.id())
                .flatMap(delivery -> claim(delivery, execution, originalRun))
                .filter(claimed -> !claimed.delivery().state().isOver()));
  }

  private Optional<Claimed> claim(Delivery delivery, ActivityInfo execution, String originalRun) {
    String run = run(execution);
    if (run.equals(delivery.runId())) {
      return Optional.of(claimed(delivery, false));
    }
    if (delivery.runId() != null && execution.getAttempt() > 1) {
      return Optional.empty(); // A later run has it in hand.
    }
    if (delivery.backlogged() && run.equals(originalRun)) {
      return Optional.empty(); // Its subscription's drain has it in hand.
    }
    Optional<Delivery> assigned =
        run.equals(originalRun)
            ? deliveries.assignTo(run, scheduled(execution), delivery)
            : deliveries.assignToReset(run, scheduled(execution), delivery);
    return assigned.map(taken -> claimed(taken, true));
  }

  /** Reads the time under the row's lock: a delivery that is cancelled later is not due. */
  private Claimed claimed(Delivery delivery, boolean first) {
    return new Claimed(delivery, first, deliveries.untilDue(delivery));
  }

  /** The id of the calling run. */
  static String run(ActivityInfo execution) {
    return requireNonNull(execution.getWorkflowRunId(), "the activity runs outside of a workflow");
  }

  /** When the activity was scheduled, by Temporal's clock. */
  static Instant scheduled(ActivityInfo execution) {
    return Instant.ofEpochMilli(execution.getScheduledTimestamp());
  }
}
