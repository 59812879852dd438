package dev.homing.workflows;

import io.temporal.common.RetryOptions;
import java.time.Duration;

/** Retry options for activities that must succeed in the end. */
public final class Retries {
  /** Unlimited attempts, at most ten seconds apart. */
  public static final RetryOptions UNTIL_SUCCESS =
      RetryOptions.newBuilder().setMaximumInterval(Duration.ofSeconds(10)).build();

  private Retries() {}
}
