package dev.homing.workflows;

import io.temporal.common.RetryOptions;
import java.time.Duration;

/** For what must succeed in the end. */
public final class Retries {
  /** Tried on and on, at least every ten seconds. */
  public static final RetryOptions UNTIL_IT_SUCCEEDS =
      RetryOptions.newBuilder().setMaximumInterval(Duration.ofSeconds(10)).build();

  private Retries() {}
}
