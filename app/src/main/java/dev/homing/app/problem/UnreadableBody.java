package dev.homing.app.http;

import java.io.IOException;

/** A refused body, with the problem that tells the caller why. */
final class UnreadableBody extends IOException {
  private static final long serialVersionUID = 1;

  private final Problem problem;

  UnreadableBody(Problem problem) {
    super(problem);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}
