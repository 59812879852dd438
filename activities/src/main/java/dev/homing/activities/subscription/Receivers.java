package dev.homing.activities.subscription;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.subscription.Receiver.Standing;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.RetrySchedule;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Looks up where to send, with which secret and how patiently. */
public final class Receivers {
  private static final Logger log = LoggerFactory.getLogger(Receivers.class);

  private final JdbcClient jdbc;
  private final Secrets secrets;
  private final DeliverySettings settings;

  public Receivers(JdbcClient jdbc, Secrets secrets, DeliverySettings settings) {
    this.jdbc = jdbc;
    this.secrets = secrets;
    this.settings = settings;
  }

  public Optional<Receiver> find(Tenant tenant, SubscriptionId id) {
    return Optional.ofNullable(find(tenant, List.of(id)).get(id));
  }

  /** Those that exist, deleted ones included. */
  public Map<SubscriptionId, Receiver> find(Tenant tenant, Collection<SubscriptionId> ids) {
    return jdbc
        .sql(
            """
            select id, url, sealed_secret, enabled, disabled_reason, deleted_at,
              max_attempts, initial_interval_seconds, max_interval_seconds, timeout_seconds
            from subscriptions
            where tenant = :tenant and id = any(:ids)
            """)
        .param("tenant", tenant.name())
        .param("ids", ids.stream().map(SubscriptionId::uuid).toArray(UUID[]::new))
        .query((row, _) -> receiver(tenant, row))
        .list()
        .stream()
        .collect(Collectors.toMap(Receiver::id, Function.identity()));
  }

  private Receiver receiver(Tenant tenant, ResultSet row) throws SQLException {
    SubscriptionId id = new SubscriptionId(row.getObject("id", UUID.class));
    Optional<SigningSecret> secret = secret(tenant, id, row.getString("sealed_secret"));
    return new Receiver(
        id,
        requireNonNull(HttpUrl.parse(row.getString("url"))),
        secret.stream().toList(),
        schedule(row),
        or(seconds(row, "timeout_seconds"), settings.timeout()),
        standing(row, secret.isPresent()));
  }

  /** One that cannot be opened must not hold up the others. */
  private Optional<SigningSecret> secret(Tenant tenant, SubscriptionId id, String sealed) {
    try {
      return Optional.of(secrets.open(tenant, id, sealed));
    } catch (IllegalStateException closed) {
      log.error("{} cannot be sent to: {}", id, closed.getMessage());
      return Optional.empty();
    }
  }

  private RetrySchedule schedule(ResultSet row) throws SQLException {
    Integer maxAttempts = row.getObject("max_attempts", Integer.class);
    return settings.schedule(
        maxAttempts,
        seconds(row, "initial_interval_seconds"),
        seconds(row, "max_interval_seconds"));
  }

  private static Standing standing(ResultSet row, boolean readable) throws SQLException {
    if (row.getObject("deleted_at") != null) {
      return Standing.DELETED;
    }
    if (row.getString("disabled_reason") != null) {
      return Standing.GONE;
    }
    if (!row.getBoolean("enabled")) {
      return Standing.PAUSED;
    }
    return readable ? Standing.ACTIVE : Standing.UNREADABLE;
  }

  private static @Nullable Duration seconds(ResultSet row, String column) throws SQLException {
    Integer seconds = row.getObject(column, Integer.class);
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  private static <T> T or(@Nullable T own, T bySettings) {
    return own == null ? bySettings : own;
  }
}
