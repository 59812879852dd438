package dev.homing.activities.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Gatherers;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The events of which some recipient has no delivery row yet, and who may send them.
 *
 * <p>The right to make an event's first attempts is a lease in PostgreSQL, by PostgreSQL's clock.
 * The accepting node has it from the commit on; the first {@code sendAll} there takes it up, once.
 * Any other waits until all rows exist or the lease has run out.
 */
public final class OpenEvents {
  /** Longer than it takes to start the workflows of what was claimed. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private static final int RENEWED_TOGETHER = 1_000;

  private final JdbcClient jdbc;
  private final Duration lease;

  /** What this node accepted and nobody has begun to send, for as long as its lease lasts. */
  private final ConcurrentHashMap<EventId, Fresh> fresh = new ConcurrentHashMap<>();

  /** Leases of what waits here to be sent, and since when they last. */
  private final ConcurrentHashMap<Lease, Long> kept = new ConcurrentHashMap<>();

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
  public Duration lease() {
    return lease;
  }

  /** After the commit, when nothing was begun: this node's first {@code sendAll} takes it up. */
  public void handOver(Lease mine) {
    fresh.put(mine.event().id(), new Fresh(mine, System.nanoTime()));
  }

  /** Forgets what nobody took up in time, as when Temporal is away; called now and then. */
  public void forgetLapsed() {
    long now = System.nanoTime();
    fresh.values().removeIf(old -> now - old.sinceNanos() > lease.toNanos());
  }

  /** At the end of this node: what it accepted and never began, another may take over at once. */
  public void releaseUntaken() {
    List<Lease> untaken = fresh.values().stream().map(Fresh::lease).toList();
    if (untaken.isEmpty()) {
      return;
    }
    jdbc.sql(
            """
            update open_events set leased_until = now()
            where event_id = any(:events) and leased_by = any(:tokens)
            """)
        .param("events", untaken.stream().map(l -> l.event().id().uuid()).toArray(UUID[]::new))
        .param("tokens", untaken.stream().map(Lease::token).toArray(String[]::new))
        .update();
    fresh.clear();
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
                set leased_until = now() + :lease * interval '1 millisecond', leased_by = :token,
                  look_after = null
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

  /** A lease that {@link #renewKept} renews until this is closed. */
  public interface Kept extends AutoCloseable {
    @Override
    void close();
  }

  /** Keeps a lease for somebody who waits: thousands that renew theirs one by one are too many. */
  public Kept keep(Lease mine) {
    kept.put(mine, System.nanoTime());
    return () -> kept.remove(mine);
  }

  /** How many are kept. */
  public int kept() {
    return kept.size();
  }

  /** Renews together what is kept and not renewed since a while; called every few seconds. */
  public void renewKept() {
    long now = System.nanoTime();
    kept.entrySet().stream()
        .filter(each -> now - each.getValue() > renewal().dividedBy(2).toNanos())
        .map(Map.Entry::getKey)
        .gather(Gatherers.windowFixed(RENEWED_TOGETHER))
        .forEach(this::renew);
  }

  /** Whom somebody else is just writing to is left for the next time. */
  private void renew(List<Lease> due) {
    long now = System.nanoTime();
    jdbc.sql(
            """
            update open_events o set leased_until = now() + :lease * interval '1 millisecond'
            from (
              select tenant, event_id
              from unnest(:tenants::text[], :events::uuid[], :tokens::text[])
                as due (tenant, event_id, leased_by)
              join open_events using (tenant, event_id, leased_by)
              for update of open_events skip locked) mine
            where o.tenant = mine.tenant and o.event_id = mine.event_id
            """)
        .param("lease", lease.toMillis())
        .param("tenants", due.stream().map(l -> l.event().tenant().name()).toArray(String[]::new))
        .param("events", due.stream().map(l -> l.event().id().uuid()).toArray(UUID[]::new))
        .param("tokens", due.stream().map(Lease::token).toArray(String[]::new))
        .update();
    due.forEach(each -> kept.computeIfPresent(each, (_, _) -> now));
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

  /** A recipient's row, and whose it is. */
  public record Written(Tenant tenant, EventId event) {}

  /**
   * In the transaction that writes rows, once for each: their events miss so many recipients fewer,
   * and are closed with the last.
   */
  public void written(List<Written> rows) {
    String[] tenants = rows.stream().map(row -> row.tenant().name()).toArray(String[]::new);
    UUID[] events = rows.stream().map(row -> row.event().uuid()).toArray(UUID[]::new);
    jdbc.sql(
            """
            update open_events o set missing = o.missing - w.rows
            from (
              select tenant, event_id, count(*) as rows
              from unnest(:tenants::text[], :events::uuid[]) as all_of (tenant, event_id)
              group by 1, 2) w
            where o.tenant = w.tenant and o.event_id = w.event_id
            """)
        .param("tenants", tenants)
        .param("events", events)
        .update();
    jdbc.sql(
            """
            delete from open_events o
            using unnest(:tenants::text[], :events::uuid[]) as w (tenant, event_id)
            where o.tenant = w.tenant and o.event_id = w.event_id and o.missing <= 0
            """)
        .param("tenants", tenants)
        .param("events", events)
        .update();
  }

  /** In the transaction that opens rounds for a run: rows that are written later are in them. */
  public void roundsOpened(Tenant tenant, EventId event, String run) {
    jdbc.sql(
            """
            update open_events set rounds_opened_by = :run
            where tenant = :tenant and event_id = :event
            """)
        .param("run", run)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .update();
  }

  /** Events that nobody is sending: their lease has run out. The longest forsaken come first. */
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
        .query((row, _) -> event(row))
        .list();
  }

  /** Forsaken events for the caller alone to look after: nobody else is given them for a while. */
  public List<AcceptedEvent> claimForsaken(int limit) {
    return jdbc.sql(
            """
            with claimed as (
              update open_events o set look_after = now() + :claim * interval '1 millisecond'
              from (
                select tenant, event_id from open_events
                where leased_until < now() and (look_after is null or look_after < now())
                order by leased_until
                limit :limit
                for update skip locked) forsaken
              where o.tenant = forsaken.tenant and o.event_id = forsaken.event_id
              returning o.tenant, o.event_id)
            select c.tenant, c.event_id, e.type, cardinality(e.recipients) as recipients
            from claimed c
            join events e on e.tenant = c.tenant and e.id = c.event_id
            """)
        .param("claim", CLAIM.toMillis())
        .param("limit", limit)
        .query((row, _) -> event(row))
        .list();
  }

  /** One whose workflow runs needs nobody, unless the lease is taken and runs out once more. */
  public void lookAfterAgain(AcceptedEvent event, Duration later) {
    jdbc.sql(
            """
            update open_events set look_after = now() + :later * interval '1 millisecond'
            where tenant = :tenant and event_id = :event and leased_until < now()
            """)
        .param("later", later.toMillis())
        .param("tenant", event.tenant().name())
        .param("event", event.id().uuid())
        .update();
  }

  /** Nobody is kept from looking after what is forsaken. */
  public void freeClaims() {
    jdbc.sql(
            """
            update open_events set look_after = null
            where leased_until < now() and look_after is not null
            """)
        .update();
  }

  private static AcceptedEvent event(ResultSet row) throws SQLException {
    return new AcceptedEvent(
        new Tenant(row.getString("tenant")),
        new EventId(row.getObject("event_id", UUID.class)),
        row.getString("type"),
        row.getInt("recipients"));
  }

  /** How many are open, how many of them are forsaken, and how long the oldest has been open. */
  public Backlog backlog() {
    return jdbc.sql(
            """
            select
              (select count(*) from open_events) as open,
              (select count(*) from open_events where leased_until < now()) as forsaken,
              coalesce(extract(epoch from now() - min(e.accepted_at)), 0) as oldest
            from tenants t
            cross join lateral (
              select event_id from open_events
              where tenant = t.tenant
              order by event_id
              limit 1) o
            join events e on e.tenant = t.tenant and e.id = o.event_id
            """)
        .query(
            (row, _) ->
                new Backlog(
                    row.getLong("open"),
                    row.getLong("forsaken"),
                    Duration.ofMillis((long) (row.getDouble("oldest") * 1000))))
        .single();
  }

  /** The open events of all tenants. */
  public record Backlog(long open, long forsaken, Duration oldest) {
    public static final Backlog NONE = new Backlog(0, 0, Duration.ZERO);
  }
}
