package dev.homing.activities.subscription;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.event.OwnEvents;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Clock;
import java.util.function.BooleanSupplier;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Disables subscriptions whose receivers want no more events, or only fail.
 *
 * <p>The same transaction publishes {@code homing.subscription.disabled} to the tenant's other
 * subscriptions.
 */
public final class DisableSubscriptions {
  private static final Logger log = LoggerFactory.getLogger(DisableSubscriptions.class);

  /** Event type that tells a tenant that one of its subscriptions was disabled. */
  private static final String DISABLED = "homing.subscription.disabled";

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final OwnEvents ownEvents;
  private final Clock clock;

  /** All of them on the same database, with the same transactions. */
  public DisableSubscriptions(
      JdbcClient jdbc, TransactionTemplate transaction, OwnEvents ownEvents, Clock clock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.ownEvents = ownEvents;
    this.clock = clock;
  }

  /**
   * Disables the subscription until its owner enables it; events accepted from now on are not sent
   * to it.
   *
   * @param answered the URL whose answer is the reason
   * @return true if the subscription is disabled; false if its URL has changed since
   */
  public boolean disable(
      Tenant tenant, SubscriptionId id, HttpUrl answered, DisabledReason reason) {
    return requireNonNull(
        transaction.execute(
            _ -> {
              boolean same = isUrl(answered, lockUrl(tenant, id));
              if (same) {
                disable(tenant, id, reason);
              }
              return same;
            }));
  }

  /**
   * Disables an enabled subscription if the condition holds once no other can change it.
   *
   * @param condition asked in the transaction that disables it
   * @return true if it is disabled now; false if it is paused or deleted, or was disabled before
   */
  public boolean disableIf(
      Tenant tenant, SubscriptionId id, BooleanSupplier condition, DisabledReason reason) {
    return requireNonNull(
        transaction.execute(
            _ -> {
              boolean disables = lockEnabled(tenant, id) && condition.getAsBoolean();
              if (disables) {
                disable(tenant, id, reason);
              }
              return disables;
            }));
  }

  private boolean lockEnabled(Tenant tenant, SubscriptionId id) {
    return jdbc.sql(
            """
            select true from subscriptions
            where tenant = :tenant and id = :id and enabled and deleted_at is null
            for update
            """)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query(Boolean.class)
        .optional()
        .orElse(false);
  }

  /** False as well if the stored URL cannot be parsed. */
  private static boolean isUrl(HttpUrl url, String stored) {
    try {
      return url.equals(ReceiverUrl.stored(stored));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private String lockUrl(Tenant tenant, SubscriptionId id) {
    return jdbc.sql("select url from subscriptions where tenant = :tenant and id = :id for update")
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query(String.class)
        .single();
  }

  private void disable(Tenant tenant, SubscriptionId id, DisabledReason reason) {
    int changed =
        jdbc.sql(
                """
                update subscriptions
                set enabled = false, disabled_reason = :reason, version = version + 1,
                  updated_at = now()
                where tenant = :tenant and id = :id and disabled_reason is null
                  and deleted_at is null
                """)
            .param("reason", reason.word())
            .param("tenant", tenant.name())
            .param("id", id.uuid())
            .update();
    if (changed == 1) {
      jdbc.sql("update tenants set routes_version = routes_version + 1 where tenant = :tenant")
          .param("tenant", tenant.name())
          .update();
      ownEvents.add(
          tenant,
          DISABLED,
          OwnEvents.payload(
              DISABLED,
              clock.instant(),
              "\"subscription_id\":\"%s\",\"reason\":\"%s\"".formatted(id, reason.word())));
      log.atWarn()
          .addKeyValue("tenant", tenant.name())
          .addKeyValue("subscription_id", id.toString())
          .log("subscription disabled: " + cause(reason));
    }
  }

  private static String cause(DisabledReason reason) {
    return switch (reason) {
      case GONE -> "its receiver answered 410";
      case OPTED_OUT -> "its receiver answered webhook-delivery: disable";
      case FAILING -> "its receiver has done nothing but fail";
    };
  }
}
