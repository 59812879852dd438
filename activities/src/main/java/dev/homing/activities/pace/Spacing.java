package dev.homing.activities.pace;

import dev.homing.activities.subscription.Pace;

/**
 * How far apart requests are at a rate.
 *
 * <p>Each request moves the time of the next one by an interval, and may come earlier than its time
 * by the tolerance: one request, and a twentieth of the limit, may come at once after a pause (the
 * generic cell rate algorithm, ITU-T I.371). So no period has more requests than the limit and a
 * twentieth of it, wherever it begins. As much again is left for what delays requests on their way.
 */
record Spacing(long intervalNanos, long toleranceNanos, long periodNanos) {
  private static final int PARTS_AT_ONCE = 20;

  static Spacing of(Pace.Rate rate) {
    long period = rate.per().toNanos();
    long interval = Math.ceilDiv(period, rate.limit());
    return new Spacing(interval, rate.limit() / PARTS_AT_ONCE * interval, period);
  }
}
