package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Deliveries that internal faults delay: postponed, or parked if the fault persists. */
public final class ParkedDeliveries {
  private final JdbcClient jdbc;

  public ParkedDeliveries(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Parks a run's delivery because of an internal fault, to be checked again later. */
  public void park(Tenant tenant, DeliveryId id, String runId, Reason reason, Duration lookAgain) {
    jdbc.sql(
            """
            update deliveries
            set state = 'held', reason = :reason, look_after = null, run_notice = false,
              next_attempt_at = now() + :wait * interval '1 millisecond'
            where tenant = :tenant and id = :id and run_id = :run
              and state in ('retrying', 'held')
            """)
        .param("run", runId)
        .param("reason", Reason.wordOf(reason))
        .param("wait", lookAgain.toMillis())
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  /** Counts an internal fault of a run, and returns how many came since the last attempt. */
  public int countFault(Tenant tenant, DeliveryId id, String runId) {
    return jdbc.sql(
            """
            update deliveries set own_faults = own_faults + 1
            where tenant = :tenant and id = :id and run_id = :run
            returning own_faults
            """)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .param("run", runId)
        .query(Integer.class)
        .optional()
        .orElse(0);
  }

  /** Postpones a run's delivery because nothing could be sent; this counts as no attempt. */
  public void postpone(Tenant tenant, DeliveryId id, String runId, Duration wait) {
    jdbc.sql(
            """
            update deliveries
            set state = 'retrying', reason = null, look_after = null, run_notice = false,
              next_attempt_at = now() + :wait * interval '1 millisecond'
            where tenant = :tenant and id = :id and run_id = :run
              and state in ('retrying', 'held')
            """)
        .param("run", runId)
        .param("wait", wait.toMillis())
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  /** Counts the parked deliveries of all tenants. */
  public long count() {
    return jdbc.sql(
            """
            select count(*) from deliveries
            where state = 'held' and next_attempt_at is not null
            """)
        .query(Long.class)
        .single();
  }
}
