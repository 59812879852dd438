package dev.homing.activities.outbound;

import java.io.Serial;

/**
 * What an attempt came to says nothing about its receiver: this node reaches nobody, or did not get
 * to it.
 */
public final class EgressDownException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient Attempt attempt;

  EgressDownException(String why, Attempt attempt) {
    super("%s: %s".formatted(why, attempt.outcome().word()));
    this.attempt = attempt;
  }

  /** What was tried, for people. */
  public Attempt attempt() {
    return attempt;
  }
}
