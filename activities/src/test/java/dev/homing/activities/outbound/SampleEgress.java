package dev.homing.activities.outbound;

/** Brings about what takes three hosts that are not there. */
public final class SampleEgress {
  private SampleEgress() {}

  public static void cutOff(Egress egress) {
    egress.failedToReach("one");
    egress.failedToReach("two");
    egress.failedToReach("three");
  }
}
