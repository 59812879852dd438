package dev.homing.activities.delivery;

import dev.homing.activities.TenantTurns;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Overdue deliveries of all tenants, each claimed by one node at a time.
 *
 * <p>A claim expires by itself.
 */
public final class OverdueDeliveries {
  /** Duration of a claim: longer than it takes to handle the claimed deliveries. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private static final String CLAIMABLE =
      """
      t.next_attempt_at < now() - interval '10 seconds' and not t.backlogged
        and (t.run_id is null or t.next_attempt_at < now() - interval '1 minute')
        and (t.look_after is null or t.look_after < now())
      """;

  private final JdbcClient jdbc;

  public OverdueDeliveries(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Claims overdue deliveries for the caller: tenants in turn, the longest overdue of each first.
   * No other node is given them for 30 seconds.
   *
   * <p>A delivery without a workflow is overdue after ten seconds, any other after a minute, as its
   * attempt may be under way.
   */
  public List<Delivery> claim(int limit) {
    return jdbc.sql(
            """
            with overdue as (%s)
            update deliveries d set look_after = now() + :claim * interval '1 millisecond'
            from overdue
            where d.tenant = overdue.tenant and d.id = overdue.id
            returning d.*
            """
                .formatted(TenantTurns.pick("deliveries", "id", "next_attempt_at", CLAIMABLE)))
        .param("limit", limit)
        .param("claim", CLAIM.toMillis())
        .query((row, _) -> DeliveryRows.delivery(row))
        .list();
  }

  /** Defers the next claim of an overdue delivery, unless the delivery changes meanwhile. */
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

  /** Releases all claims and deferrals of overdue deliveries. */
  public void releaseClaims() {
    jdbc.sql(
            """
            update deliveries set look_after = null
            where next_attempt_at < now() and look_after is not null and not backlogged
            """)
        .update();
  }

  /** Overdue deliveries of all tenants with or without a workflow, the longest overdue first. */
  public List<Delivery> list(boolean withWorkflow, int limit) {
    return jdbc.sql(
            "select "
                + DeliveryRows.COLUMNS
                + """
                 from deliveries
                where next_attempt_at < now() - cast(:late as interval) and not backlogged
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

  /** Counts the deliveries that are overdue by a minute, and measures the latest. */
  public Lateness lateness() {
    return jdbc.sql(
            """
            select count(*) as count,
              coalesce(extract(epoch from now() - min(next_attempt_at)), 0) as latest
            from deliveries
            where next_attempt_at < now() - interval '1 minute' and not backlogged
            """)
        .query(
            (row, _) ->
                new Lateness(
                    row.getLong("count"),
                    Duration.ofMillis((long) (row.getDouble("latest") * 1000))))
        .single();
  }

  /** How many deliveries are overdue, and by how much the latest is. */
  public record Lateness(long overdue, Duration latest) {
    public static final Lateness NONE = new Lateness(0, Duration.ZERO);
  }
}
