package dev.homing.activities.lane;

import dev.homing.activities.delivery.Delivery.Reason;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The next step of a delivery's run; operators read its message in Temporal's Web UI. */
sealed interface NextStep {
  /** Shorter waits are none: Temporal's timers are no finer, and zero would end the retries. */
  Duration MIN_WAIT = Duration.ofMillis(100);

  /** Does nothing: the delivery is over, or another run has it in hand. */
  record Done() implements NextStep {}

  /**
   * Runs the activity again after a delay.
   *
   * @param type the failure type that Temporal shows: {@code waiting}, {@code held} or {@code
   *     egress_down}
   */
  record Wait(String type, String message, Duration delay) implements NextStep {
    public Wait {
      delay = delay.compareTo(MIN_WAIT) > 0 ? delay : MIN_WAIT;
    }
  }

  /** Ends the delivery as failed. */
  record Over(String message) implements NextStep {}

  /** Runs again after an internal fault, which is not charged to the receiver. */
  record InternalFault(RuntimeException cause, Duration delay) implements NextStep {}

  /** Ends a delivery that has failed with its last attempt. */
  static NextStep failed(@Nullable Reason reason, String lastAttempt) {
    String why = reason == Reason.NOT_RETRIED ? "not retried" : "retry schedule exhausted";
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
                  .setMessage("internal fault, not charged to the receiver: " + cause)
                  .setType("own_fault")
                  .setCause(cause)
                  .setNextRetryDelay(delay)
                  .build());
    };
  }

  /** Without a stack trace: these are expected, and the message says everything. */
  private static ApplicationFailure withoutTrace(ApplicationFailure.Builder failure) {
    ApplicationFailure built = failure.build();
    built.setStackTrace(new StackTraceElement[0]);
    return built;
  }
}
