package dev.homing.activities.delivery;

import dev.homing.activities.list.Conditions;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Deliveries without a result: recipients of open events that have no row yet. */
final class PendingDeliveries {
  private static final int EVENT_BATCH_SIZE = 50;

  private final JdbcClient jdbc;

  PendingDeliveries(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** An open event whose recipients may match. */
  private record Open(EventId id, String type, List<SubscriptionId> recipients) {
    Stream<Delivery.Key> deliveries(Tenant tenant) {
      return recipients.stream().map(recipient -> new Delivery.Key(tenant, id, type, recipient));
    }

    /** The first half of its deliveries' ids, by which they sort. */
    long high() {
      return id.uuid().getMostSignificantBits();
    }
  }

  /** A tenant's pending deliveries, newest first; ignores the filter's state. */
  List<Delivery> newest(Tenant tenant, DeliveryList.Filter filter, int limit) {
    List<Delivery> found = new ArrayList<>();
    UUID until = last(filter.until().getMostSignificantBits());
    boolean more = true;
    while (more && found.size() < limit) {
      List<Open> events = open(tenant, filter, until);
      more = events.size() == EVENT_BATCH_SIZE;
      if (more) {
        // Deliveries of events with the same high half sort together, so the last of these events
        // are read again with the next batch, which has them all.
        long high = events.getLast().high();
        if (events.getFirst().high() == high) {
          throw new IllegalStateException(
              "%d events share the first half of their id".formatted(events.size()));
        }
        events = events.stream().filter(event -> event.high() != high).toList();
        until = last(high);
      }
      found.addAll(withoutRow(tenant, filter, events));
    }
    return found;
  }

  private List<Delivery> withoutRow(Tenant tenant, DeliveryList.Filter filter, List<Open> events) {
    Set<DeliveryId> recorded = recorded(tenant, events);
    return events.stream()
        .flatMap(event -> event.deliveries(tenant))
        .filter(
            key ->
                filter.subscription() == null || filter.subscription().equals(key.subscriptionId()))
        .filter(key -> isWithin(filter, key.id().uuid()))
        .filter(key -> !recorded.contains(key.id()))
        .map(Delivery::pending)
        .toList();
  }

  private static boolean isWithin(DeliveryList.Filter filter, UUID id) {
    return PrefixedId.ORDER.compare(filter.from(), id) <= 0
        && PrefixedId.ORDER.compare(id, filter.until()) < 0;
  }

  private static UUID last(long high) {
    return new UUID(high, -1);
  }

  /** Newest first. */
  private List<Open> open(Tenant tenant, DeliveryList.Filter filter, UUID until) {
    EventId event = filter.event();
    SubscriptionId subscription = filter.subscription();
    Conditions conditions =
        new Conditions()
            .and("o.tenant = :tenant", "tenant", tenant.name())
            .and("o.event_id = :event", "event", event == null ? null : event.uuid())
            .and("e.type = :type", "type", filter.eventType())
            .and(
                ":subscription = any(e.recipients)",
                "subscription",
                subscription == null ? null : subscription.uuid());
    return jdbc.sql(
            """
            select e.id, e.type, e.recipients
            from open_events o
            join events e on e.tenant = o.tenant and e.id = o.event_id
            where %s and o.event_id >= :from and o.event_id <= :until
            order by o.event_id desc
            limit :limit
            """
                .formatted(conditions.sql()))
        .params(conditions.params())
        .param("from", new UUID(filter.from().getMostSignificantBits(), 0))
        .param("until", until)
        .param("limit", EVENT_BATCH_SIZE)
        .query((row, _) -> open(row))
        .list();
  }

  private static Open open(ResultSet row) throws SQLException {
    return new Open(
        new EventId(row.getObject("id", UUID.class)),
        row.getString("type"),
        Arrays.stream((UUID[]) row.getArray("recipients").getArray())
            .map(SubscriptionId::new)
            .toList());
  }

  private Set<DeliveryId> recorded(Tenant tenant, List<Open> events) {
    return jdbc.sql(
            """
            select d.id
            from unnest(:lows::uuid[], :highs::uuid[]) as of_an_event (low, high)
            cross join lateral (
              select id from deliveries
              where tenant = :tenant and id between low and high) d
            """)
        .param("tenant", tenant.name())
        .param("lows", events.stream().map(e -> new UUID(e.high(), 0)).toArray(UUID[]::new))
        .param("highs", events.stream().map(e -> last(e.high())).toArray(UUID[]::new))
        .query((row, _) -> new DeliveryId(row.getObject(1, UUID.class)))
        .set();
  }
}
