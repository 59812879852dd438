package dev.homing.activities.outbound;

/** Brings egress down by failing three hosts. */
public final class SampleEgress {
  private SampleEgress() {}

  public static void cutOff(Egress egress) {
    egress.failedToReach("one");
    egress.failedToReach("two");
    egress.failedToReach("three");
  }
}
