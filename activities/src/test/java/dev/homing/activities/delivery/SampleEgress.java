package dev.homing.activities.delivery;

/** Brings about what takes three hosts that are not there. */
final class SampleEgress {
  private SampleEgress() {}

  static void cutOff(Egress egress) {
    egress.failedToReach("one");
    egress.failedToReach("two");
    egress.failedToReach("three");
  }
}
