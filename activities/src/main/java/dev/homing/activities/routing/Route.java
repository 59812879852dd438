package dev.homing.activities.routing;

import dev.homing.workflows.SubscriptionId;
import java.util.Collection;
import java.util.List;

/**
 * The recipients of an event type.
 *
 * @param version the tenant's routes version when this was read, or an earlier one; while it is
 *     still the current version, the route is valid
 * @param ordered those of the recipients that order events with an ordering key
 */
public record Route(long version, List<SubscriptionId> recipients, List<SubscriptionId> ordered) {
  /** No known route, older than any version. */
  public static final Route UNKNOWN = new Route(-1, List.of(), List.of());

  /** Throws if a recipient is null: a route read from Redis may be damaged. */
  public Route {
    recipients = List.copyOf(recipients);
    ordered = List.copyOf(ordered);
  }

  /** A route to recipients that do not order events. */
  public Route(long version, List<SubscriptionId> recipients) {
    this(version, recipients, List.of());
  }

  /** The same without some of its recipients. */
  public Route without(Collection<SubscriptionId> some) {
    return new Route(
        version, recipients.stream().filter(each -> !some.contains(each)).toList(), ordered);
  }
}
