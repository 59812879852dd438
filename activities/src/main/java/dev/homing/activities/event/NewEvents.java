package dev.homing.activities.event;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes new events, their payloads and their leases in one statement. */
final class NewEvents {
  private final JdbcClient jdbc;
  private final Leases leases;

  NewEvents(JdbcClient jdbc, Leases leases) {
    this.jdbc = jdbc;
    this.leases = leases;
  }

  /** The version at which the recipients of a tenant's events were read. */
  record RoutesVersion(Tenant tenant, long number) {}

  /** Adds events; false, and none is added, unless all these versions are current. */
  boolean add(List<Candidate> events, Set<RoutesVersion> versions) {
    if (events.isEmpty()) {
      return true;
    }
    int added =
        jdbc.sql(
                """
                with accepted as (
                  select * from unnest(:tenants::text[], :ids::uuid[], :types::text[],
                    :contentTypes::text[], :recipients::text[], :externalIds::text[],
                    :payloads::bytea[], :missing::integer[], :tokens::text[], :hops::smallint[])
                  as all_of (tenant, id, type, content_type, recipients, external_id, payload,
                    missing, token, hops)
                  where not exists (
                    select from unnest(:versionsOf::text[], :versions::bigint[])
                    as v (tenant, number)
                    where not exists (
                      select from tenants t
                      where t.tenant = v.tenant and t.routes_version = v.number))),
                payload as (
                  insert into payloads (tenant, event_id, payload)
                  select tenant, id, payload from accepted),
                opened as (
                  insert into open_events (tenant, event_id, missing, leased_until, leased_by)
                  select tenant, id, missing, now() + :lease * interval '1 millisecond', token
                  from accepted
                  where missing > 0)
                insert into events (tenant, id, type, content_type, recipients, external_id, hops)
                select tenant, id, type, content_type, recipients::uuid[], external_id, hops
                from accepted
                """)
            .param("tenants", strings(events, event -> event.event().tenant().name()))
            .param("ids", events.stream().map(e -> e.event().id().uuid()).toArray(UUID[]::new))
            .param("types", strings(events, event -> event.event().type()))
            .param("contentTypes", strings(events, event -> event.submission().contentType()))
            .param("recipients", strings(events, event -> array(event.route().recipients())))
            .param("externalIds", strings(events, event -> event.submission().externalId()))
            .param(
                "payloads",
                events.stream().map(e -> e.submission().payload()).toArray(byte[][]::new))
            .param(
                "missing", events.stream().map(e -> e.event().recipients()).toArray(Integer[]::new))
            .param("tokens", strings(events, event -> event.lease().token()))
            .param("hops", events.stream().map(e -> e.submission().hops()).toArray(Integer[]::new))
            .param("lease", leases.duration().toMillis())
            .param(
                "versionsOf", versions.stream().map(v -> v.tenant().name()).toArray(String[]::new))
            .param("versions", versions.stream().map(RoutesVersion::number).toArray(Long[]::new))
            .update();
    return added > 0;
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
