package dev.homing.app.database;

import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The connection pool for statistics, which keeps them from holding up anything else. Row-level
 * security applies as in {@link TenantDatabase}.
 */
public final class StatisticsDatabase implements DisposableBean {
  private static final Logger log = LoggerFactory.getLogger(StatisticsDatabase.class);

  /** How long to wait for a connection, and for each statement. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final TenantDatabase tenants;

  /** Connects on first use. */
  public StatisticsDatabase(DatabaseUrl url, int connections, MeterRegistry metrics) {
    tenants =
        new TenantDatabase(
            url,
            "statistics",
            connections,
            PATIENCE,
            "set statement_timeout = %d; set default_transaction_read_only = on"
                .formatted(PATIENCE.toMillis()),
            metrics);
  }

  /** Reads a tenant's statistic; empty if it does not come within two seconds, or at all. */
  public <T> Optional<T> ask(Tenant tenant, Function<JdbcClient, T> question) {
    try (Connection connection = tenants.connection(tenant)) {
      return Optional.of(
          question.apply(JdbcClient.create(new SingleConnectionDataSource(connection, true))));
    } catch (SQLException | DataAccessException e) {
      log.warn("a statistic of {} did not come: {}", tenant.name(), e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void destroy() {
    tenants.destroy();
  }
}
