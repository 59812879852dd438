package dev.homing.activities.outbound;

import java.io.Serial;

/**
 * An attempt whose failure says nothing about its receiver: this node reaches no receiver, or is
 * overloaded.
 */
public final class EgressDownException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final transient Attempt attempt;

  EgressDownException(String reason, Attempt attempt) {
    super("%s: %s".formatted(reason, attempt.outcome().word()));
    this.attempt = attempt;
  }

  /** The attempt, to show to users. */
  public Attempt attempt() {
    return attempt;
  }
}
