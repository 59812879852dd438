package dev.homing.activities.temporal;

import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;

/** Failures of activities that are part of the plan: neither logged nor counted as errors. */
public final class BenignFailure {
  /** Shorter waits are none: Temporal's timers are no finer, and zero would end the retries. */
  public static final Duration MIN_WAIT = Duration.ofMillis(100);

  private BenignFailure() {}

  /**
   * Has the activity executed again after a delay.
   *
   * @param type the failure type that Temporal shows
   * @param delay at least {@link #MIN_WAIT}
   */
  public static ApplicationFailure waiting(String type, String message, Duration delay) {
    return withoutTrace(
        benign(type, message).setNextRetryDelay(delay.compareTo(MIN_WAIT) > 0 ? delay : MIN_WAIT));
  }

  /** Ends the activity: it is not retried. */
  public static ApplicationFailure over(String type, String message) {
    return withoutTrace(benign(type, message).setNonRetryable(true));
  }

  private static ApplicationFailure.Builder benign(String type, String message) {
    return ApplicationFailure.newBuilder()
        .setType(type)
        .setMessage(message)
        .setCategory(ApplicationErrorCategory.BENIGN);
  }

  /** Without a stack trace: these are expected, and the message says everything. */
  private static ApplicationFailure withoutTrace(ApplicationFailure.Builder failure) {
    ApplicationFailure built = failure.build();
    built.setStackTrace(new StackTraceElement[0]);
    return built;
  }
}
