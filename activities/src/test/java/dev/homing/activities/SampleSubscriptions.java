package dev.homing.activities;

import dev.homing.activities.secret.Encryption;
import dev.homing.activities.secret.EncryptionKeys;
import dev.homing.activities.secret.Secrets;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** Subscriptions in every state, stored as the app does: each raises the routes version. */
public final class SampleSubscriptions {
  /** The signing secret of all samples. */
  public static final SigningSecret SECRET =
      SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  /** Seals and opens the samples' secrets. */
  public static final Secrets SECRETS =
      new Secrets(
          new Encryption(
              EncryptionKeys.parse("test:" + Base64.getEncoder().encodeToString(new byte[32])),
              new SecureRandom()));

  private SampleSubscriptions() {}

  public static SubscriptionId active(Tenant tenant, String url, String... eventTypes) {
    SubscriptionId id = SampleIds.subscription();
    Postgres.transaction().executeWithoutResult(_ -> insert(tenant, id, url, eventTypes));
    return id;
  }

  public static SubscriptionId paused(Tenant tenant, String url, String... eventTypes) {
    SubscriptionId id = active(tenant, url, eventTypes);
    pause(tenant, id);
    return id;
  }

  public static SubscriptionId gone(Tenant tenant, String url, String... eventTypes) {
    SubscriptionId id = active(tenant, url, eventTypes);
    change(tenant, id, "enabled = false, disabled_reason = 'gone'");
    return id;
  }

  public static SubscriptionId deleted(Tenant tenant, String url, String... eventTypes) {
    SubscriptionId id = active(tenant, url, eventTypes);
    delete(tenant, id);
    return id;
  }

  /** One that orders events with an ordering key. */
  public static SubscriptionId ordered(Tenant tenant, String url, String... eventTypes) {
    SubscriptionId id = active(tenant, url, eventTypes);
    order(tenant, id, "ordered = true");
    return id;
  }

  /** Changes how it orders; the assignments are SQL. */
  public static void order(Tenant tenant, SubscriptionId id, String assignments) {
    change(tenant, id, assignments);
  }

  /** Sets its pace; the assignments are SQL. */
  public static void pace(Tenant tenant, SubscriptionId id, String assignments) {
    change(tenant, id, assignments);
  }

  public static void pause(Tenant tenant, SubscriptionId id) {
    change(tenant, id, "enabled = false");
  }

  public static void enable(Tenant tenant, SubscriptionId id) {
    change(tenant, id, "enabled = true, disabled_reason = null");
  }

  public static void delete(Tenant tenant, SubscriptionId id) {
    change(tenant, id, "deleted_at = now()");
  }

  public static void allow(Tenant tenant, SubscriptionId id, int attempts) {
    change(tenant, id, "max_attempts = " + attempts);
  }

  public static void retryAllBut(Tenant tenant, SubscriptionId id, Integer... statuses) {
    change(tenant, id, "no_retry_statuses = array" + List.of(statuses));
  }

  public static void setUrl(Tenant tenant, SubscriptionId id, String url) {
    change(tenant, id, "url = '%s'".formatted(url));
  }

  /** Makes the secret unreadable, as if its encryption key were no longer configured. */
  public static void breakSecret(Tenant tenant, SubscriptionId id) {
    change(tenant, id, "sealed_secret = 'lost.' || sealed_secret");
  }

  /** Like {@link #active}, in the caller's transaction. */
  public static void insert(Tenant tenant, SubscriptionId id, String url, String... eventTypes) {
    raiseVersion(tenant);
    Postgres.jdbc()
        .sql(
            """
            insert into subscriptions (tenant, id, url, description, enabled, metadata,
              sealed_secret, version, created_at, updated_at)
            values (:tenant, :id, :url, '', true, '{}', :secret, 0, now(), now())
            """)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .param("url", url)
        .param("secret", SECRETS.seal(tenant, id, SECRET).text())
        .update();
    for (String eventType : eventTypes) {
      Postgres.jdbc()
          .sql(
              """
              insert into subscription_event_types (tenant, event_type, subscription_id)
              values (:tenant, :type, :id)
              """)
          .param("tenant", tenant.name())
          .param("type", eventType)
          .param("id", id.uuid())
          .update();
    }
  }

  /** Changes columns in the caller's transaction; the assignments are SQL. */
  public static void set(Tenant tenant, SubscriptionId id, String assignments) {
    raiseVersion(tenant);
    Postgres.jdbc()
        .sql(
            "update subscriptions set version = version + 1, updated_at = now(), "
                + assignments
                + " where tenant = :tenant and id = :id")
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  private static void change(Tenant tenant, SubscriptionId id, String assignments) {
    Postgres.transaction().executeWithoutResult(_ -> set(tenant, id, assignments));
  }

  private static void raiseVersion(Tenant tenant) {
    Postgres.jdbc()
        .sql("update tenants set routes_version = routes_version + 1 where tenant = :tenant")
        .param("tenant", tenant.name())
        .update();
  }
}
