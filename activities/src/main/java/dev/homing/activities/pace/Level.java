package dev.homing.activities.pace;

import dev.homing.activities.subscription.Pace;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whose requests are counted together: those of a subscription, or all of a tenant.
 *
 * @param key names it among all that are counted
 * @param spacing null: its rate is not limited
 * @param maxInFlight null: any number
 */
record Level(String key, @Nullable Spacing spacing, @Nullable Integer maxInFlight) {
  /** How soon to ask again while too many requests are in flight, or after a failure of Redis. */
  static final Duration ASK_AGAIN = Duration.ofMillis(50);

  /** The levels that limit a receiver: its own before its tenant's. */
  static List<Level> of(Tenant tenant, Receiver receiver) {
    // The braces keep all keys of a tenant on one node of a Redis cluster.
    String key = "pace:{" + tenant.name() + "}";
    return Stream.of(
            level(key + ":" + receiver.id(), receiver.pace()), level(key, receiver.tenantPace()))
        .filter(level -> level.spacing() != null || level.maxInFlight() != null)
        .toList();
  }

  private static Level level(String key, Pace pace) {
    return new Level(key, pace.rate() == null ? null : Spacing.of(pace.rate()), pace.maxInFlight());
  }
}
