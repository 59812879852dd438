package dev.homing.activities.subscription;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tells which subscriptions are paused: not enabled by their owner. */
public final class PausedSubscriptions {
  private final JdbcClient jdbc;

  public PausedSubscriptions(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * In a transaction: whether a subscription is paused, and stays so until the transaction ends. So
   * what is held is either released when the subscription is enabled, or not held at all.
   */
  public boolean lock(Tenant tenant, SubscriptionId subscription) {
    return jdbc.sql(
            """
            select true from subscriptions
            where tenant = :tenant and id = :id
              and not enabled and disabled_reason is null and deleted_at is null
            for share
            """)
        .param("tenant", tenant.name())
        .param("id", subscription.uuid())
        .query(Boolean.class)
        .optional()
        .orElse(false);
  }
}
