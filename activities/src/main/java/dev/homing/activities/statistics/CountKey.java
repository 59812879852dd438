package dev.homing.activities.statistics;

import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.outbound.Attempt;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that are counted together.
 *
 * @param subscription null: all of the tenant
 * @param eventType null: all types
 * @param hour number of whole hours since 1970 (UTC), by the node's clock, in which they ended
 * @param outcome the word for their outcome
 */
record CountKey(
    Tenant tenant,
    @Nullable SubscriptionId subscription,
    @Nullable String eventType,
    long hour,
    String outcome) {
  private static final long HOUR_SECONDS = Duration.ofHours(1).toSeconds();

  static CountKey of(AttemptContext context, Attempt attempt) {
    return new CountKey(
        context.key().tenant(),
        context.key().subscriptionId(),
        context.key().eventType(),
        hour(attempt.startedAt().plus(attempt.took())),
        attempt.outcome().word());
  }

  static long hour(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), HOUR_SECONDS);
  }

  /** The same for the whole tenant. */
  CountKey ofTenant() {
    return new CountKey(tenant, null, null, hour, outcome);
  }

  /** All sums that an attempt with this key is part of, itself included. */
  Set<CountKey> sums() {
    return subscription == null
        ? Set.of(this)
        : Set.of(
            this,
            new CountKey(tenant, subscription, null, hour, outcome),
            new CountKey(tenant, null, eventType, hour, outcome),
            ofTenant());
  }
}
