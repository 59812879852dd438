package dev.homing.activities.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The events that clients' keys stand for; used inside the accepting transaction. */
final class EventKeys {
  private final JdbcClient jdbc;

  EventKeys(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The event that a key stands for, and the fingerprint of its request. */
  @SuppressWarnings("ArrayRecordComponent")
  record Claim(AcceptedEvent event, byte[] fingerprint) {}

  /**
   * Claims the keys that are free, and returns the claim that each key has afterwards.
   *
   * <p>Waits for transactions that are claiming the same keys, up to PostgreSQL's {@code
   * lock_timeout}.
   *
   * @param claims sorted, so that transactions that claim the same keys cannot deadlock
   */
  Map<EventKey, Claim> claim(SortedMap<EventKey, Claim> claims) {
    if (claims.isEmpty()) {
      return Map.of();
    }
    Collection<Claim> values = claims.values();
    named(
            """
            insert into event_keys
              (tenant, kind, key, fingerprint, event_id, event_type, recipients)
            select * from unnest(:tenants::text[], :kinds::text[], :keys::text[],
              :fingerprints::bytea[], :events::uuid[], :types::text[], :recipients::integer[])
            on conflict do nothing
            """,
            claims.keySet())
        .param("fingerprints", values.stream().map(Claim::fingerprint).toArray(byte[][]::new))
        .param("events", values.stream().map(c -> c.event().id().uuid()).toArray(UUID[]::new))
        .param("types", values.stream().map(c -> c.event().type()).toArray(String[]::new))
        .param(
            "recipients", values.stream().map(c -> c.event().recipients()).toArray(Integer[]::new))
        .update();
    return find(claims.keySet());
  }

  private Map<EventKey, Claim> find(Collection<EventKey> keys) {
    return named(
            """
            select k.* from event_keys k
            join unnest(:tenants::text[], :kinds::text[], :keys::text[]) as asked (tenant, kind, key)
              using (tenant, kind, key)
            """,
            keys)
        .query(
            (row, _) -> {
              Tenant tenant = new Tenant(row.getString("tenant"));
              AcceptedEvent event =
                  new AcceptedEvent(
                      tenant,
                      new EventId(row.getObject("event_id", UUID.class)),
                      row.getString("event_type"),
                      row.getInt("recipients"));
              return Map.entry(
                  new EventKey(tenant, KeyKind.of(row.getString("kind")), row.getString("key")),
                  new Claim(event, row.getBytes("fingerprint")));
            })
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Releases claims that this transaction made. */
  void release(Collection<EventKey> keys) {
    named(
            """
            delete from event_keys
            where (tenant, kind, key) in
              (select * from unnest(:tenants::text[], :kinds::text[], :keys::text[]))
            """,
            keys)
        .update();
  }

  private JdbcClient.StatementSpec named(String sql, Collection<EventKey> keys) {
    return jdbc.sql(sql)
        .param("tenants", strings(keys, key -> key.tenant().name()))
        .param("kinds", strings(keys, key -> key.kind().word()))
        .param("keys", strings(keys, EventKey::key));
  }

  private static String[] strings(Collection<EventKey> keys, Function<EventKey, String> part) {
    return keys.stream().map(part).toArray(String[]::new);
  }
}
