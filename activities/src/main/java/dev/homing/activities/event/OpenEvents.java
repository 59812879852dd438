package dev.homing.activities.event;

import dev.homing.activities.TenantTurns;
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
 * Events with at least one recipient that has no delivery row yet.
 *
 * <p>Each row that is written counts its event down; the last one closes it. An open event whose
 * lease expires is rescued.
 */
public final class OpenEvents {
  /** Duration of a claim: longer than it takes to start the claimed events' workflows. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private static final String CLAIMABLE =
      "t.leased_until < now() and (t.look_after is null or t.look_after < now())";

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

  /** A delivery row that was written for a recipient of this event. */
  public record Written(Tenant tenant, EventId event) {}

  /**
   * Counts down the events of rows just written, and closes those that miss no recipient.
   *
   * <p>Call it in the transaction that writes the rows, with each row once.
   */
  public void countDown(List<Written> rows) {
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

  /**
   * Notes the run that opened new rounds, so that rows written later belong to them.
   *
   * <p>Call it in the transaction that opens the rounds.
   */
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

  /** Events that no node is sending, as their lease has expired; longest abandoned first. */
  public List<AcceptedEvent> abandoned(int limit) {
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

  /**
   * Claims abandoned events for the caller: tenants in turn, the longest abandoned of each first.
   *
   * <p>No other node is given them for 30 seconds.
   */
  public List<AcceptedEvent> claimAbandoned(int limit) {
    return jdbc.sql(
            """
            with forsaken as (%s),
            claimed as (
              update open_events o set look_after = now() + :claim * interval '1 millisecond'
              from forsaken
              where o.tenant = forsaken.tenant and o.event_id = forsaken.event_id
              returning o.tenant, o.event_id)
            select c.tenant, c.event_id, e.type, cardinality(e.recipients) as recipients
            from claimed c
            join events e on e.tenant = c.tenant and e.id = c.event_id
            """
                .formatted(TenantTurns.pick("open_events", "event_id", "leased_until", CLAIMABLE)))
        .param("claim", CLAIM.toMillis())
        .param("limit", limit)
        .query((row, _) -> event(row))
        .list();
  }

  /** Defers the next claim of an abandoned event, unless its lease is taken and expires again. */
  public void defer(AcceptedEvent event, Duration later) {
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

  /** Releases all claims and deferrals of abandoned events. */
  public void releaseClaims() {
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

  /** Counts the open and abandoned events, and says how long the oldest has been open. */
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

  /** The open events of all tenants; {@code abandoned} ones are among them. */
  public record Backlog(long open, long abandoned, Duration oldest) {
    public static final Backlog NONE = new Backlog(0, 0, Duration.ZERO);
  }
}
