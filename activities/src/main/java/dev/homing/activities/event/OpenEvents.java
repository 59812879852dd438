package dev.homing.activities.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The events of which some recipient has no delivery row yet: they are counted down row by row,
 * closed with the last, and rescued if their lease expires.
 */
public final class OpenEvents {
  /** Longer than it takes to start the workflows of what was claimed. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private final JdbcClient jdbc;

  public OpenEvents(JdbcClient jdbc) {
    this.jdbc = jdbc;
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
