package dev.homing.activities.delivery;

import java.io.Serial;

/** This node reaches nobody, so what an attempt came to says nothing about its receiver. */
public final class EgressDownException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient Attempt attempt;

  EgressDownException(Attempt attempt) {
    super("this node reaches nobody: " + attempt.outcome().word());
    this.attempt = attempt;
  }

  /** What was tried, for people. */
  public Attempt attempt() {
    return attempt;
  }
}
