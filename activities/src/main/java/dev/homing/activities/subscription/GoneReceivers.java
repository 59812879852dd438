package dev.homing.activities.subscription;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Switches off subscriptions whose receiver answered 410: it is gone for good. */
public final class GoneReceivers {
  private static final Logger log = LoggerFactory.getLogger(GoneReceivers.class);

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public GoneReceivers(JdbcClient jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  /** It receives nothing until its owner enables it; events accepted from now on pass it by. */
  public void switchOff(Tenant tenant, SubscriptionId id) {
    transaction.executeWithoutResult(
        _ -> {
          int changed =
              jdbc.sql(
                      """
                      update subscriptions
                      set enabled = false, disabled_reason = :reason, version = version + 1,
                        updated_at = now()
                      where tenant = :tenant and id = :id and disabled_reason is null
                        and deleted_at is null
                      """)
                  .param("reason", Subscription.GONE)
                  .param("tenant", tenant.name())
                  .param("id", id.uuid())
                  .update();
          if (changed == 1) {
            jdbc.sql(
                    "update tenants set routes_version = routes_version + 1 where tenant = :tenant")
                .param("tenant", tenant.name())
                .update();
            log.atWarn()
                .addKeyValue("tenant", tenant.name())
                .addKeyValue("subscription_id", id.toString())
                .log("subscription disabled: its receiver answered 410");
          }
        });
  }
}
