package dev.homing.activities.delivery;

import dev.homing.activities.outbound.Attempt;

/** Is notified of each committed attempt; must be quick, and must not throw. */
public interface AttemptListener {
  /**
   * Called after the commit, by the thread that made the attempt.
   *
   * @param after the delivery as the attempt left it
   */
  void recorded(AttemptContext context, Attempt attempt, Delivery after);
}
