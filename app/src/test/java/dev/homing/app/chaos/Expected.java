package dev.homing.app.chaos;

import java.time.Duration;
import java.time.Instant;

/**
 * The allowed effects of a fault. It may never lose an event, deliver one that was not published,
 * sign wrongly, or acknowledge an event that is not stored.
 *
 * @param longestDelay from a 202, or from the fault if that came later, to the first delivery
 * @param fault when it came, if that counts
 * @param duplicates receipts that sinks may have more than once
 * @param refusals calls that may be answered with an error, or not at all
 */
record Expected(Duration longestDelay, Instant fault, int duplicates, int refusals) {
  static final int ANY = Integer.MAX_VALUE;

  /** No effect except delay. */
  static Expected delay(Duration longest) {
    return new Expected(longest, Instant.MIN, 0, 0);
  }

  Expected since(Instant came) {
    return new Expected(longestDelay, came, duplicates, refusals);
  }

  Expected duplicates(int atMost) {
    return new Expected(longestDelay, fault, atMost, refusals);
  }

  Expected refusals(int atMost) {
    return new Expected(longestDelay, fault, duplicates, atMost);
  }
}
