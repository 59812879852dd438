package dev.homing.activities.delivery;

import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Deliveries of all tenants that are late: claimed by one node at a time, and counted.
 *
 * <p>A claim expires by itself.
 */
public final class OverdueDeliveries {
  /** Longer than it takes to look after what was claimed. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private final JdbcClient jdbc;

  public OverdueDeliveries(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Overdue deliveries of all tenants for the caller alone to look after: nobody else is given them
   * for a while. Those that no workflow has in hand are overdue sooner than the others, whose
   * attempt may be under way.
   */
  public List<Delivery> claim(int limit) {
    return jdbc.sql(
            """
            with overdue as (
              select tenant, id from deliveries
              where next_attempt_at < now() - interval '10 seconds'
                and (run_id is null or next_attempt_at < now() - interval '1 minute')
                and (look_after is null or look_after < now())
              order by next_attempt_at
              limit :limit
              for update skip locked)
            update deliveries d set look_after = now() + :claim * interval '1 millisecond'
            from overdue
            where d.tenant = overdue.tenant and d.id = overdue.id
            returning d.*
            """)
        .param("limit", limit)
        .param("claim", CLAIM.toMillis())
        .query((row, _) -> DeliveryRows.delivery(row))
        .list();
  }

  /** One that is overdue and needs nobody is left alone for longer, unless something changes it. */
  public void defer(Delivery.Key key, Duration later) {
    jdbc.sql(
            """
            update deliveries set look_after = now() + :later * interval '1 millisecond'
            where tenant = :tenant and id = :id and look_after is not null
            """)
        .param("later", later.toMillis())
        .param("tenant", key.tenant().name())
        .param("id", key.id().uuid())
        .update();
  }

  /** Nobody is kept from looking after what is overdue. */
  public void releaseClaims() {
    jdbc.sql(
            """
            update deliveries set look_after = null
            where next_attempt_at < now() and look_after is not null
            """)
        .update();
  }

  /** Those of all tenants that are overdue, the oldest first. */
  public List<Delivery> list(boolean withWorkflow, int limit) {
    return jdbc.sql(
            "select "
                + DeliveryRows.COLUMNS
                + """
                 from deliveries
                where next_attempt_at < now() - cast(:late as interval)
                  and (run_id is not null) = :withWorkflow
                order by next_attempt_at
                limit :limit
                """)
        .param("late", withWorkflow ? "1 minute" : "10 seconds")
        .param("withWorkflow", withWorkflow)
        .param("limit", limit)
        .query((row, _) -> DeliveryRows.delivery(row))
        .list();
  }

  /** How many are overdue by a minute, and by how much the latest is. */
  public Lateness lateness() {
    return jdbc.sql(
            """
            select count(*) as count,
              coalesce(extract(epoch from now() - min(next_attempt_at)), 0) as latest
            from deliveries
            where next_attempt_at < now() - interval '1 minute'
            """)
        .query(
            (row, _) ->
                new Lateness(
                    row.getLong("count"),
                    Duration.ofMillis((long) (row.getDouble("latest") * 1000))))
        .single();
  }

  /** The overdue deliveries of all tenants. */
  public record Lateness(long overdue, Duration latest) {
    public static final Lateness NONE = new Lateness(0, Duration.ZERO);
  }
}
