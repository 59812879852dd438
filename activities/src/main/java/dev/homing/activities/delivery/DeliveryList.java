package dev.homing.activities.delivery;

import dev.homing.activities.Change;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lists of deliveries for API callers, including deliveries without a result. */
public final class DeliveryList {
  private static final Comparator<Delivery> NEWEST_FIRST =
      Comparator.comparing((Delivery delivery) -> delivery.key().id().uuid(), PrefixedId.ORDER)
          .reversed();

  private final JdbcClient jdbc;
  private final PendingDeliveries pending;

  public DeliveryList(JdbcClient jdbc) {
    this.jdbc = jdbc;
    this.pending = new PendingDeliveries(jdbc);
  }

  /**
   * The deliveries to list; a null component matches all.
   *
   * @param from the first id to list; {@code until} is the first id not to
   */
  public record Filter(
      @Nullable State state,
      @Nullable SubscriptionId subscription,
      @Nullable EventId event,
      @Nullable String eventType,
      UUID from,
      UUID until) {}

  /** A tenant's deliveries, those of the newest event first. */
  public List<Delivery> newest(Tenant tenant, Filter filter, int limit) {
    // Reads pending ones first: one that gets its row meanwhile is found twice, never missed.
    List<Delivery> waiting =
        filter.state() == null || filter.state() == State.PENDING
            ? pending.newest(tenant, filter, limit)
            : List.of();
    List<Delivery> recorded =
        filter.state() == State.PENDING ? List.of() : recorded(tenant, filter, limit);
    Map<UUID, Delivery> all = new HashMap<>();
    Stream.concat(waiting.stream(), recorded.stream())
        .forEach(delivery -> all.put(delivery.key().id().uuid(), delivery));
    return all.values().stream().sorted(NEWEST_FIRST).limit(limit).toList();
  }

  private List<Delivery> recorded(Tenant tenant, Filter filter, int limit) {
    return select(tenant, filter, limit, "order by id desc ")
        .query((row, _) -> DeliveryRows.delivery(row))
        .list();
  }

  /** A delivery, and the place of its last change in the order of changes. */
  public record Changed(Delivery delivery, Change change) {}

  /**
   * A tenant's deliveries in the order of their last change.
   *
   * <p>A delivery appears with its first result, and again behind all others whenever it changes.
   * None appears before one already read.
   */
  public List<Changed> changed(Tenant tenant, Filter filter, Change after, int limit) {
    return select(
            tenant,
            filter,
            limit,
            """
              and (changed_in, id) > (cast(cast(:transaction as text) as xid8), :after)
              and changed_in < pg_snapshot_xmin(pg_current_snapshot())
            order by changed_in, id
            """)
        .param("transaction", after.transaction())
        .param("after", after.id())
        .query(
            (row, _) ->
                new Changed(
                    DeliveryRows.delivery(row),
                    new Change(row.getLong("changed_in"), row.getObject("id", UUID.class))))
        .list();
  }

  /** A state stands in the statement itself, so that PostgreSQL finds the index of just that. */
  private JdbcClient.StatementSpec select(
      Tenant tenant, Filter filter, int limit, String conditionAndOrder) {
    return jdbc.sql(
            "select "
                + DeliveryRows.COLUMNS
                + """
                , cast(cast(changed_in as text) as bigint) as changed_in
                from deliveries
                where tenant = :tenant
                  and id >= :from and id < :until
                  and (cast(:subscription as uuid) is null or subscription_id = :subscription)
                  and (cast(:event as uuid) is null or event_id = :event)
                  and (cast(:type as text) is null or event_type = :type)
                """
                + (filter.state() == null
                    ? ""
                    : "and state = '%s'\n".formatted(filter.state().word()))
                + conditionAndOrder
                + "limit :limit")
        .param("tenant", tenant.name())
        .param("from", filter.from())
        .param("until", filter.until())
        .param(
            "subscription",
            Optional.ofNullable(filter.subscription()).map(SubscriptionId::uuid).orElse(null))
        .param("event", Optional.ofNullable(filter.event()).map(EventId::uuid).orElse(null))
        .param("type", filter.eventType())
        .param("limit", limit);
  }

  /** Counts a tenant's deliveries that were given up, of events since an id, up to a limit. */
  public int givenUp(Tenant tenant, UUID from, int limit) {
    return jdbc.sql(
            """
            select count(*) from (
              select from deliveries
              where tenant = :tenant and state = 'failed' and id >= :from
              limit :limit) counted
            """)
        .param("tenant", tenant.name())
        .param("from", from)
        .param("limit", limit)
        .query(Integer.class)
        .single();
  }

  /** Counts an event's deliveries that have a row, by state. */
  public Map<State, Long> counts(Tenant tenant, EventId event) {
    return jdbc
        .sql(
            """
            select state, count(*) as count from deliveries
            where tenant = :tenant and id between :low and :high and event_id = :event
            group by state
            """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param("low", DeliveryId.first(event).uuid())
        .param("high", DeliveryId.last(event).uuid())
        .query((row, _) -> Map.entry(State.of(row.getString("state")), row.getLong("count")))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
