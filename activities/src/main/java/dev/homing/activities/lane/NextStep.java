package dev.homing.activities.lane;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.temporal.BenignFailure;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The next step of a delivery's run; operators read its message in Temporal's Web UI. */
sealed interface NextStep {
  /** The shortest wait. */
  Duration MIN_WAIT = BenignFailure.MIN_WAIT;

  /** Does nothing: the delivery is over, or another run has it in hand. */
  record Done() implements NextStep {}

  /**
   * Runs the activity again after a delay.
   *
   * @param type the failure type that Temporal shows: {@code waiting}, {@code held} or {@code
   *     egress_down}
   */
  record Wait(String type, String message, Duration delay) implements NextStep {}

  /** Ends the delivery as failed. */
  record Over(String message) implements NextStep {}

  /** Runs again after an internal fault, which is not charged to the receiver. */
  record InternalFault(RuntimeException cause, Duration delay) implements NextStep {}

  /** Ends a delivery that has failed with its last attempt. */
  static NextStep failed(@Nullable Reason reason, String lastAttempt) {
    String why =
        switch (reason) {
          case NOT_RETRIED -> "not retried";
          case ORDER_SKIPPED -> "skipped, as others wait for their turn";
          case null, default -> "retry schedule exhausted";
        };
    return new Over(why + ": " + lastAttempt);
  }

  /** Runs the activity of a held delivery again after a delay. */
  static NextStep held(String why, Duration delay) {
    return new Wait("held", "held: " + why, delay);
  }

  /** The failure that Temporal is given; empty: the activity completes. */
  default Optional<ApplicationFailure> toFailure() {
    return switch (this) {
      case Done() -> Optional.empty();
      case Wait(var type, var message, var delay) ->
          Optional.of(BenignFailure.waiting(type, message, delay));
      case Over(var message) -> Optional.of(BenignFailure.over("failed", message));
      case InternalFault(var cause, var delay) ->
          Optional.of(
              ApplicationFailure.newBuilder()
                  .setMessage("internal fault, not charged to the receiver: " + cause)
                  .setType("own_fault")
                  .setCause(cause)
                  .setNextRetryDelay(delay)
                  .build());
    };
  }
}
