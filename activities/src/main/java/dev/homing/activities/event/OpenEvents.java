package dev.homing.activities.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The events of which some recipient has no delivery row yet, and who may send them.
 *
 * <p>The right to make an event's first attempts is a lease in PostgreSQL, by PostgreSQL's clock.
 * The accepting node has it from the commit on; the first {@code sendAll} there takes it up, once.
 * Any other waits until all rows exist or the lease has run out.
 */
public final class OpenEvents {
  private final JdbcClient jdbc;
  private final Duration lease;

  /** What this node accepted and nobody has begun to send, for as long as its lease lasts. */
  private final ConcurrentHashMap<EventId, Fresh> fresh = new ConcurrentHashMap<>();

  /** The lease must outlast an attempt. */
  public OpenEvents(JdbcClient jdbc, Duration lease) {
    this.jdbc = jdbc;
    this.lease = lease;
  }

  /** The right to send an event first, known by a token. */
  public record Lease(AcceptedEvent event, String token) {
    static Lease of(AcceptedEvent event) {
      return new Lease(event, UUID.randomUUID().toString());
    }
  }

  private record Fresh(Lease lease, long sinceNanos) {}

  /** How long a lease lasts: the accepting commit gives one with each event. */
  Duration lease() {
    return lease;
  }

  /** After the commit: the first {@code sendAll} of this node may take it up. */
  public void handOver(Lease mine) {
    fresh.put(mine.event().id(), new Fresh(mine, System.nanoTime()));
  }

  /** Forgets what nobody took up in time, as when Temporal is away; called now and then. */
  public void forgetLapsed() {
    long now = System.nanoTime();
    fresh.values().removeIf(old -> now - old.sinceNanos() > lease.toNanos());
  }

  /** How soon a lease must be renewed while its work goes on. */
  public Duration renewal() {
    return lease.dividedBy(3);
  }

  /** The lease that accepting gave this node, for whoever asks first. */
  public Optional<Lease> takeUp(AcceptedEvent event) {
    return Optional.ofNullable(fresh.remove(event.id()))
        .filter(
            mine ->
                System.nanoTime() - mine.sinceNanos() < lease.dividedBy(2).toNanos()
                    || renew(mine.lease()))
        .map(Fresh::lease);
  }

  /** The lease, if the one before has run out; never two at a time. */
  public Optional<Lease> takeOver(AcceptedEvent event) {
    Lease mine = Lease.of(event);
    int taken =
        jdbc.sql(
                """
                update open_events
                set leased_until = now() + :lease * interval '1 millisecond', leased_by = :token
                where tenant = :tenant and event_id = :event and leased_until < now()
                """)
            .param("tenant", event.tenant().name())
            .param("event", event.id().uuid())
            .param("lease", lease.toMillis())
            .param("token", mine.token())
            .update();
    return taken == 1 ? Optional.of(mine) : Optional.empty();
  }

  /** False if it was lost meanwhile: whoever has it now may send as well. */
  public boolean renew(Lease mine) {
    return extend(mine, lease);
  }

  /** Lets another take over at once. */
  public void release(Lease mine) {
    extend(mine, Duration.ZERO);
  }

  private boolean extend(Lease mine, Duration from) {
    return jdbc.sql(
                """
                update open_events
                set leased_until = now() + :lease * interval '1 millisecond'
                where tenant = :tenant and event_id = :event and leased_by = :token
                """)
            .param("tenant", mine.event().tenant().name())
            .param("event", mine.event().id().uuid())
            .param("lease", from.toMillis())
            .param("token", mine.token())
            .update()
        == 1;
  }

  /** Whether some recipient has no row yet. */
  public boolean isOpen(AcceptedEvent event) {
    return jdbc.sql(
            "select exists (select from open_events where tenant = :tenant and event_id = :event)")
        .param("tenant", event.tenant().name())
        .param("event", event.id().uuid())
        .query(Boolean.class)
        .single();
  }

  /** In the transaction that writes rows: so many recipients fewer, closed with the last. */
  public void written(Tenant tenant, EventId event, int rows) {
    jdbc.sql(
            """
            update open_events set missing = missing - :rows
            where tenant = :tenant and event_id = :event
            """)
        .param("rows", rows)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .update();
    closeIfComplete(tenant, event);
  }

  /** Closes the event if no recipient is missing; one without any never has a row to wait for. */
  public void closeIfComplete(AcceptedEvent event) {
    closeIfComplete(event.tenant(), event.id());
  }

  private void closeIfComplete(Tenant tenant, EventId event) {
    jdbc.sql(
            """
            delete from open_events
            where tenant = :tenant and event_id = :event and missing <= 0
            """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .update();
  }

  /** Events that nobody is sending: their lease has run out. */
  public List<AcceptedEvent> forsaken(int limit) {
    return jdbc.sql(
            """
            select o.tenant, o.event_id, e.type, cardinality(e.recipients) as recipients
            from open_events o
            join events e on e.tenant = o.tenant and e.id = o.event_id
            where o.leased_until < now()
            order by o.leased_until
            limit :limit
            """)
        .param("limit", limit)
        .query(
            (row, _) ->
                new AcceptedEvent(
                    new Tenant(row.getString("tenant")),
                    new EventId(row.getObject("event_id", UUID.class)),
                    row.getString("type"),
                    row.getInt("recipients")))
        .list();
  }

  /** How many are open, and how long the oldest has been. */
  public Backlog backlog() {
    return jdbc.sql(
            """
            select count(*) as count,
              coalesce(extract(epoch from now() - min(e.accepted_at)), 0) as oldest
            from open_events o
            join events e on e.tenant = o.tenant and e.id = o.event_id
            """)
        .query(
            (row, _) ->
                new Backlog(
                    row.getLong("count"),
                    Duration.ofMillis((long) (row.getDouble("oldest") * 1000))))
        .single();
  }

  /** The open events of all tenants. */
  public record Backlog(long count, Duration oldest) {}
}
