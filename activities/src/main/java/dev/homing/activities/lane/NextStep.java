package dev.homing.activities.lane;

import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;

/** What the run of a delivery does next; operators read the messages in Temporal's Web UI. */
sealed interface NextStep {

  /** Nothing: the delivery is over, or another run has it in hand. */
  record Done() implements NextStep {}

  /**
   * Comes back after a while.
   *
   * @param type of the failure that Temporal shows: {@code waiting}, {@code held} or {@code
   *     egress_down}
   */
  record Wait(String type, String message, Duration delay) implements NextStep {}

  /** Ends the delivery as failed. */
  record Over(String message) implements NextStep {}

  /** Comes back after a fault of ours, which is not charged to the receiver. */
  record InternalFault(RuntimeException cause, Duration delay) implements NextStep {}

  /** As Temporal is told; empty: the activity completes. */
  default Optional<ApplicationFailure> toFailure() {
    return switch (this) {
      case Done() -> Optional.empty();
      case Wait(var type, var message, var delay) ->
          Optional.of(
              withoutTrace(
                  ApplicationFailure.newBuilder()
                      .setMessage(message)
                      .setType(type)
                      .setCategory(ApplicationErrorCategory.BENIGN)
                      .setNextRetryDelay(delay)));
      case Over(var message) ->
          Optional.of(
              withoutTrace(
                  ApplicationFailure.newBuilder()
                      .setMessage(message)
                      .setType("failed")
                      .setCategory(ApplicationErrorCategory.BENIGN)
                      .setNonRetryable(true)));
      case InternalFault(var cause, var delay) ->
          Optional.of(
              ApplicationFailure.newBuilder()
                  .setMessage("our own fault, not charged to the receiver: " + cause)
                  .setType("own_fault")
                  .setCause(cause)
                  .setNextRetryDelay(delay)
                  .build());
    };
  }

  /** The message says it all; where in our code it was made does not matter. */
  private static ApplicationFailure withoutTrace(ApplicationFailure.Builder failure) {
    ApplicationFailure built = failure.build();
    built.setStackTrace(new StackTraceElement[0]);
    return built;
  }
}
