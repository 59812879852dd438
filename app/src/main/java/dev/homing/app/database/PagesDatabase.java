package dev.homing.app.database;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.DisposableBean;

/**
 * The connection pool for what pages read, so that neither many viewers nor a slow list holds up
 * anything else. A statement takes two seconds at most, and writes nothing.
 */
public final class PagesDatabase implements DisposableBean {
  /** How long to wait for a connection, and for each statement. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final HikariDataSource pool;

  /** Connects on first use. */
  public PagesDatabase(DatabaseUrl url, int connections, MeterRegistry metrics) {
    pool = url.pool("pages", metrics);
    pool.setMaximumPoolSize(connections);
    pool.setMinimumIdle(0);
    pool.setConnectionTimeout(PATIENCE.toMillis());
    pool.addDataSourceProperty("socketTimeout", "120");
    pool.setConnectionInitSql(
        "set statement_timeout = %d; set default_transaction_read_only = on"
            .formatted(PATIENCE.toMillis()));
  }

  /**
   * A connection that reads for this caller until it is closed.
   *
   * @param caller the tenant whose rows alone are seen; empty: an operator, who sees all
   */
  Connection connection(Optional<Tenant> caller) throws SQLException {
    Connection connection = pool.getConnection();
    try (PreparedStatement becomeCaller =
        connection.prepareStatement(
            "select set_config('role', ?, false), set_config('homing.tenant', ?, false)")) {
      becomeCaller.setString(1, caller.isPresent() ? "homing_tenant" : "none");
      becomeCaller.setString(2, caller.map(Tenant::name).orElse(""));
      becomeCaller.execute();
      return connection;
    } catch (SQLException failed) {
      connection.close();
      throw failed;
    }
  }

  @Override
  public void destroy() {
    pool.close();
  }
}
