package dev.homing.activities.routing;

import dev.homing.workflows.SubscriptionId;
import java.util.List;

/**
 * The recipients of an event type.
 *
 * @param version the tenant's routes version when this was read, or an earlier one; while it is
 *     still the current version, the route is valid
 */
public record Route(long version, List<SubscriptionId> recipients) {
  /** No known route, older than any version. */
  public static final Route UNKNOWN = new Route(-1, List.of());

  /** Throws if a recipient is null: a route read from Redis may be damaged. */
  public Route {
    recipients = List.copyOf(recipients);
  }
}
