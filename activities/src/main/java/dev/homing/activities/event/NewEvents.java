package dev.homing.activities.event;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes new events, their payloads and their leases in one statement. */
final class NewEvents {
  private static final String ACCEPTED =
      """
      with accepted as (
        select * from unnest(:tenants::text[], :ids::uuid[], :types::text[],
          :contentTypes::text[], :recipients::text[], :externalIds::text[],
          :payloads::bytea[], :missing::integer[], :tokens::text[], :hops::smallint[],
          :orderingKeys::text[])
        as all_of (tenant, id, type, content_type, recipients, external_id, payload,
          missing, token, hops, ordering_key)
        where not exists (
          select from unnest(:versionsOf::text[], :versions::bigint[])
          as v (tenant, number)
          where not exists (
            select from tenants t
            where t.tenant = v.tenant and t.routes_version = v.number))),
      """;

  /**
   * Appends deliveries to their sequences, and writes those that wait for their turn.
   *
   * <p>The lock on a sequence gives numbers in the order of commits. A delivery is the head if
   * nothing waits and the last head is over: one that ended too late to be seen here makes the
   * delivery wait, until its sequence advances.
   */
  private static final String SEQUENCES =
      """
      placed as (
        select a.tenant, o.subscription_id, a.ordering_key, a.id as event_id, a.type,
          o.delivery_id, o.place
        from accepted a
        join unnest(:orderedEvents::uuid[], :orderedSubscriptions::uuid[],
            :orderedDeliveries::uuid[])
          with ordinality as o (event_id, subscription_id, delivery_id, place)
          on o.event_id = a.id),
      appended as (
        insert into sequences as s (tenant, subscription_id, ordering_key, head, last_number, waits)
        select tenant, subscription_id, ordering_key, (array_agg(delivery_id order by place))[1],
          count(*), count(*) > 1
        from placed
        group by 1, 2, 3
        order by 1, 2, 3
        on conflict (tenant, subscription_id, ordering_key) do update
        set last_number = s.last_number + excluded.last_number,
          (head, waits) = (
            select case when f.free then excluded.head else s.head end,
              not f.free or excluded.waits
            from (
              select not s.waits and coalesce((
                select d.state from deliveries d
                where d.tenant = s.tenant and d.id = s.head)
                in ('delivered', 'failed', 'cancelled'), false)) f (free))
        returning s.tenant, s.subscription_id, s.ordering_key, s.head, s.last_number),
      waiting as (
        select p.*,
          s.last_number - count(*) over sequence + row_number() over (sequence order by p.place)
            as number
        from placed p
        join appended s using (tenant, subscription_id, ordering_key)
        where p.delivery_id <> s.head
        window sequence as (partition by p.tenant, p.subscription_id, p.ordering_key)),
      entry as (
        insert into sequence_entries (tenant, subscription_id, ordering_key, number, delivery_id)
        select tenant, subscription_id, ordering_key, number, delivery_id from waiting),
      held as (
        insert into deliveries (tenant, id, event_id, event_type, subscription_id, state, reason,
          backlogged)
        select tenant, delivery_id, event_id, type, subscription_id, 'held', 'in_order', true
        from waiting),
      """;

  private static final String WAITING =
      " - (select count(*) from waiting w where w.event_id = accepted.id)";

  /** {@code %s}: how many of the missing recipients wait. */
  private static final String ADDED =
      """
      payload as (
        insert into payloads (tenant, event_id, payload)
        select tenant, id, payload from accepted),
      opened as (
        insert into open_events (tenant, event_id, missing, leased_until, leased_by)
        select tenant, id, missing, now() + :lease * interval '1 millisecond', token
        from (select tenant, id, missing%s as missing, token from accepted) a
        where missing > 0)
      insert into events (tenant, id, type, content_type, recipients, external_id, hops,
        ordering_key)
      select tenant, id, type, content_type, recipients::uuid[], external_id, hops, ordering_key
      from accepted
      """;

  private static final String PLAIN = ACCEPTED + ADDED.formatted("");

  private static final String ORDERED =
      ACCEPTED
          + SEQUENCES
          + ADDED.formatted(WAITING)
          + """
          returning id, array(
            select w.subscription_id from waiting w where w.event_id = events.id) as waiting
          """;

  private final JdbcClient jdbc;
  private final Leases leases;

  NewEvents(JdbcClient jdbc, Leases leases) {
    this.jdbc = jdbc;
    this.leases = leases;
  }

  /** The version at which the recipients of a tenant's events were read. */
  record RoutesVersion(Tenant tenant, long number) {}

  /**
   * Adds events; empty, and none is added, unless all these versions are current.
   *
   * @return the recipients of each event whose delivery waits for its turn
   */
  Optional<Map<EventId, List<SubscriptionId>>> add(
      List<Candidate> events, Set<RoutesVersion> versions) {
    if (events.isEmpty()) {
      return Optional.of(Map.of());
    }
    List<Ordered> ordered = events.stream().flatMap(Ordered::of).toList();
    if (ordered.isEmpty()) {
      int added = statement(PLAIN, events, versions).update();
      return added > 0 ? Optional.of(Map.of()) : Optional.empty();
    }
    Map<EventId, List<SubscriptionId>> waiting =
        statement(ORDERED, events, versions)
            .param("orderedEvents", uuids(ordered, each -> each.event().uuid()))
            .param("orderedSubscriptions", uuids(ordered, each -> each.recipient().uuid()))
            .param(
                "orderedDeliveries",
                uuids(ordered, each -> DeliveryId.of(each.event(), each.recipient()).uuid()))
            .query((row, _) -> waiting(row))
            .list()
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return waiting.isEmpty() ? Optional.empty() : Optional.of(waiting);
  }

  /** A recipient that orders an event among others with its key. */
  private record Ordered(EventId event, SubscriptionId recipient) {
    static Stream<Ordered> of(Candidate candidate) {
      return candidate.ordered().stream().map(id -> new Ordered(candidate.event().id(), id));
    }
  }

  private static UUID[] uuids(List<Ordered> all, Function<Ordered, UUID> part) {
    return all.stream().map(part).toArray(UUID[]::new);
  }

  private static Map.Entry<EventId, List<SubscriptionId>> waiting(ResultSet row)
      throws SQLException {
    return Map.entry(
        new EventId(row.getObject("id", UUID.class)),
        Arrays.stream((UUID[]) row.getArray("waiting").getArray())
            .map(SubscriptionId::new)
            .toList());
  }

  private JdbcClient.StatementSpec statement(
      String sql, List<Candidate> events, Set<RoutesVersion> versions) {
    return jdbc.sql(sql)
        .param("tenants", strings(events, event -> event.event().tenant().name()))
        .param("ids", events.stream().map(e -> e.event().id().uuid()).toArray(UUID[]::new))
        .param("types", strings(events, event -> event.event().type()))
        .param("contentTypes", strings(events, event -> event.submission().contentType()))
        .param("recipients", strings(events, event -> array(event.route().recipients())))
        .param("externalIds", strings(events, event -> event.submission().externalId()))
        .param("orderingKeys", strings(events, event -> event.submission().orderingKey()))
        .param(
            "payloads", events.stream().map(e -> e.submission().payload()).toArray(byte[][]::new))
        .param("missing", events.stream().map(e -> e.event().recipients()).toArray(Integer[]::new))
        .param("tokens", strings(events, event -> event.lease().token()))
        .param("hops", events.stream().map(e -> e.submission().hops()).toArray(Integer[]::new))
        .param("lease", leases.duration().toMillis())
        .param("versionsOf", versions.stream().map(v -> v.tenant().name()).toArray(String[]::new))
        .param("versions", versions.stream().map(RoutesVersion::number).toArray(Long[]::new));
  }

  private static @Nullable String[] strings(
      List<Candidate> events, Function<Candidate, @Nullable String> part) {
    return events.stream().map(part).toArray(String[]::new);
  }

  /** An array as a text literal: PostgreSQL's nested arrays must all have the same length. */
  private static String array(List<SubscriptionId> ids) {
    return ids.stream().map(id -> id.uuid().toString()).collect(Collectors.joining(",", "{", "}"));
  }
}
