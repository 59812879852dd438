package dev.homing.app.chaos;

import java.time.Duration;

/**
 * What a fault may do. It never may lose anything, deliver what nobody published, sign wrongly or
 * acknowledge what is not kept.
 *
 * @param longestDelay from a 202 to the first delivery
 * @param duplicates what sinks may take more than once
 * @param refusals calls that may be answered with an error, or not at all
 */
record Expected(Duration longestDelay, int duplicates, int refusals) {
  static final int ANY = Integer.MAX_VALUE;

  /** Nobody notices but by waiting. */
  static Expected delay(Duration longest) {
    return new Expected(longest, 0, 0);
  }

  Expected duplicates(int atMost) {
    return new Expected(longestDelay, atMost, refusals);
  }

  Expected refusals(int atMost) {
    return new Expected(longestDelay, duplicates, atMost);
  }
}
