package dev.homing.activities.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.secret.SigningSecret;
import dev.homing.activities.secret.SymmetricSecret;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Migrates earlier secrets from a version that stored a single one. */
@OneAtATime
class EarlierSecretsTest {
  private static final Tenant TENANT = new Tenant("default");

  private final SigningSecret before = SymmetricSecret.generate(new SecureRandom());

  @Test
  void migratesTheEarlierSecretWhileItStillSigns() {
    String name = "earlier_" + UUID.randomUUID().toString().replace("-", "");
    Postgres.jdbc().sql("create database " + name).update();
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setJdbcUrl(Postgres.url(name));
      Flyway.configure().dataSource(pool).target("12").load().migrate();
      JdbcClient jdbc = JdbcClient.create(pool);
      SubscriptionId rotated = insert(jdbc, "1 hour");
      SubscriptionId over = insert(jdbc, "-1 second");
      SubscriptionId never = insert(jdbc, null);

      Flyway.configure().dataSource(pool).load().migrate();

      assertThat(secrets(jdbc, rotated)).containsExactly(SampleSubscriptions.SECRET, before);
      assertThat(secrets(jdbc, over)).containsExactly(SampleSubscriptions.SECRET);
      assertThat(secrets(jdbc, never)).containsExactly(SampleSubscriptions.SECRET);
    }
    Postgres.jdbc().sql("drop database " + name).update();
  }

  private List<SigningSecret> secrets(JdbcClient jdbc, SubscriptionId id) {
    DeliverySettings settings =
        new DeliverySettings(
            20, Duration.ofSeconds(5), Duration.ofHours(12), Duration.ofSeconds(15));
    return new Receivers(jdbc, SampleSubscriptions.SECRETS, settings, Order.MAX_BLOCK)
        .find(TENANT, id)
        .orElseThrow()
        .secrets();
  }

  private SubscriptionId insert(JdbcClient jdbc, @Nullable String until) {
    SubscriptionId id = SampleIds.subscription();
    jdbc.sql(
            """
            insert into subscriptions (tenant, id, url, description, enabled, metadata,
              sealed_secret, previous_sealed_secret, previous_until, version, created_at, updated_at)
            values (:tenant, :id, 'https://nowhere.invalid', '', true, '{}',
              :secret, :before, now() + cast(:until as interval), 0, now(), now())
            """)
        .param("tenant", TENANT.name())
        .param("id", id.uuid())
        .param(
            "secret",
            SampleSubscriptions.SECRETS.seal(TENANT, id, SampleSubscriptions.SECRET).text())
        .param(
            "before",
            until == null ? null : SampleSubscriptions.SECRETS.seal(TENANT, id, before).text())
        .param("until", until)
        .update();
    return id;
  }
}
