package dev.homing.activities.routing;

import dev.homing.workflows.SubscriptionId;
import java.util.List;

/**
 * Who receives an event type.
 *
 * @param version the tenant's routes version at which, or after which, this was read; it tells
 *     whether it still holds
 */
public record Route(long version, List<SubscriptionId> recipients) {
  /** Older than everything. */
  public static final Route UNKNOWN = new Route(-1, List.of());

  /** Throws if somebody is missing: one that was kept elsewhere may have come back damaged. */
  public Route {
    recipients = List.copyOf(recipients);
  }
}
