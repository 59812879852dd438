package dev.homing.activities.delivery;

import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Deliveries whose sleeping run does not know the latest decision yet. */
public final class PendingNotices {
  /** Duration of a claim: longer than it takes to send the claimed notices. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private final JdbcClient jdbc;

  public PendingNotices(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Claims some deliveries of each tenant for the caller to notify their runs.
   *
   * <p>No other node is given them for 30 seconds.
   */
  public List<Delivery> claim(int perTenant) {
    return jdbc.sql(
            """
            with tenant_with_notices as (
              select distinct tenant from deliveries
              where run_notice and (look_after is null or look_after < now())),
            noticed as (
              select d.tenant, d.id
              from tenant_with_notices t
              cross join lateral (
                select tenant, id from deliveries
                where tenant = t.tenant and run_notice
                  and (look_after is null or look_after < now())
                order by id
                limit :limit
                for update skip locked) d)
            update deliveries d set look_after = now() + :claim * interval '1 millisecond'
            from noticed
            where d.tenant = noticed.tenant and d.id = noticed.id
            returning d.*
            """)
        .param("limit", perTenant)
        .param("claim", CLAIM.toMillis())
        .query((row, _) -> DeliveryRows.delivery(row))
        .list();
  }

  /** Marks the notice as sent, unless a decision was made since this delivery was read. */
  public void markSent(Delivery notified) {
    update(notified, "run_notice = false, look_after = null");
  }

  /** Has the notice sent again in a second, as the run was at work. */
  public void sendAgain(Delivery notified) {
    update(notified, "look_after = now() + interval '1 second'");
  }

  private void update(Delivery notified, String assignments) {
    jdbc.sql(
            """
            update deliveries set %s
            where tenant = :tenant and id = :id and run_id = :run and updated_at = :updatedAt
            """
                .formatted(assignments))
        .param("tenant", notified.key().tenant().name())
        .param("id", notified.key().id().uuid())
        .param("run", notified.runId())
        .param("updatedAt", notified.updatedAt().atOffset(ZoneOffset.UTC))
        .update();
  }
}
