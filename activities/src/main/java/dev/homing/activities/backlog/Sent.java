package dev.homing.activities.backlog;

import java.time.Duration;

/**
 * How many attempts were made.
 *
 * @param answered by a 2xx or by a refusal, which is the business of the single delivery
 * @param unanswered or answered that the receiver is not available
 * @param untilNext how long the pace allows no further attempt; zero: it does
 */
record Sent(int answered, int unanswered, Duration untilNext) {
  static final Sent NONE = new Sent(0, 0, Duration.ZERO);
  static final Sent ANSWERED = new Sent(1, 0, Duration.ZERO);
  static final Sent UNANSWERED = new Sent(0, 1, Duration.ZERO);

  boolean isOverPace() {
    return untilNext.isPositive();
  }

  Sent plus(Sent other) {
    return new Sent(
        answered + other.answered,
        unanswered + other.unanswered,
        other.isOverPace() ? other.untilNext : untilNext);
  }
}
