package dev.homing.app.problem;

import java.io.IOException;

/** A refused body, with the problem that tells the caller why. */
public final class UnreadableBody extends IOException {
  private static final long serialVersionUID = 1;

  private final Problem problem;

  public UnreadableBody(Problem problem) {
    super(problem);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
