package dev.homing.app.subscription;

import dev.homing.app.http.Problem;
import dev.homing.app.limit.LimitSettings;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How many subscriptions a tenant may have. */
@Component
class SubscriptionLimits {
  private final LimitSettings settings;
  private final JdbcClient jdbc;

  SubscriptionLimits(LimitSettings settings, JdbcClient jdbc) {
    this.settings = settings;
    this.jdbc = jdbc;
  }

  /**
   * Throws a problem if this one is too many. To be called in the transaction that has written it
   * and raised the routes version: nobody else adds one to the tenant until that ends.
   */
  void check(Tenant tenant, SubscriptionId written) {
    Integer most = settings.tenantSubscriptions();
    if (most != null && all(tenant) > most) {
      throw Problem.conflict(
          "The limit of %d subscriptions is reached. Delete one first.".formatted(most));
    }
    Integer mostOfAType = settings.typeSubscriptions();
    if (mostOfAType != null) {
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
          .param("most", mostOfAType)
          .query(String.class)
          .optional()
          .ifPresent(
              type -> {
                throw Problem.conflict(
                    "The limit of %d subscriptions to %s is reached. Delete one first."
                        .formatted(mostOfAType, type));
              });
    }
  }

  private int all(Tenant tenant) {
    return jdbc.sql(
            "select count(*) from subscriptions where tenant = :tenant and deleted_at is null")
        .param("tenant", tenant.name())
        .query(Integer.class)
        .single();
  }
}
