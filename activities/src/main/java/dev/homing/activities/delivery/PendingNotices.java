package dev.homing.activities.delivery;

import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Deliveries whose run sleeps and does not know yet what was decided. */
public final class PendingNotices {
  /** Longer than it takes to look after what was claimed. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private final JdbcClient jdbc;

  public PendingNotices(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Deliveries whose run sleeps and does not know what was decided, for the caller alone to tell
   * them: some of each tenant. Nobody else is given them for a while.
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

  /** Its run knows, unless something was decided since this was read. */
  public void sent(Delivery told) {
    jdbc.sql(
            """
            update deliveries set run_notice = false, look_after = null
            where tenant = :tenant and id = :id and run_id = :run and updated_at = :updatedAt
            """)
        .param("tenant", told.key().tenant().name())
        .param("id", told.key().id().uuid())
        .param("run", told.runId())
        .param("updatedAt", told.updatedAt().atOffset(ZoneOffset.UTC))
        .update();
  }
}
