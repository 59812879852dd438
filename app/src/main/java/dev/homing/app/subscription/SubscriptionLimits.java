package dev.homing.app.subscription;

import dev.homing.app.limit.LimitSettings;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Limits the number of subscriptions of a tenant. */
@Component
class SubscriptionLimits {
  private final LimitSettings settings;
  private final JdbcClient jdbc;

  SubscriptionLimits(LimitSettings settings, JdbcClient jdbc) {
    this.settings = settings;
    this.jdbc = jdbc;
  }

  /**
   * Throws a problem if this subscription exceeds a limit. Call it in the transaction that has
   * written the subscription and raised the routes version, which locks out other additions.
   */
  void check(Tenant tenant, SubscriptionId written) {
    Integer maxOfTenant = settings.tenantSubscriptions();
    if (maxOfTenant != null && count(tenant) > maxOfTenant) {
      throw Problem.conflict(
          "The limit of %d subscriptions is reached. Delete one first.".formatted(maxOfTenant));
    }
    Integer maxOfType = settings.typeSubscriptions();
    if (maxOfType != null) {
      jdbc.sql(
              """
              select named.event_type
              from subscription_event_types own
              join subscription_event_types named using (tenant, event_type)
              join subscriptions s on s.tenant = named.tenant and s.id = named.subscription_id
              where own.tenant = :tenant and own.subscription_id = :id and s.deleted_at is null
              group by named.event_type having count(*) > :most
              order by named.event_type limit 1
              """)
          .param("tenant", tenant.name())
          .param("id", written.uuid())
          .param("most", maxOfType)
          .query(String.class)
          .optional()
          .ifPresent(
              type -> {
                throw Problem.conflict(
                    "The limit of %d subscriptions to %s is reached. Delete one first."
                        .formatted(maxOfType, type));
              });
    }
  }

  private int count(Tenant tenant) {
    return jdbc.sql(
            "select count(*) from subscriptions where tenant = :tenant and deleted_at is null")
        .param("tenant", tenant.name())
        .query(Integer.class)
        .single();
  }
}
