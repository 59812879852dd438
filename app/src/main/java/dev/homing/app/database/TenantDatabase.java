package dev.homing.app.database;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;

/**
 * The connection pool for tenants' requests. Row-level security in PostgreSQL keeps them from
 * reading and writing rows of other tenants.
 */
public final class TenantDatabase implements DisposableBean {
  private final HikariDataSource pool;

  /** Connects on first use. */
  public TenantDatabase(DatabaseUrl url, int connections, MeterRegistry metrics) {
    this(url, "tenants", connections, Duration.ofSeconds(5), "", metrics);
  }

  /**
   * Another pool of the same role.
   *
   * @param patience how long to wait for a connection
   * @param settings SQL that each connection begins with
   */
  TenantDatabase(
      DatabaseUrl url,
      String name,
      int connections,
      Duration patience,
      String settings,
      MeterRegistry metrics) {
    pool = url.pool(name, metrics);
    pool.setMaximumPoolSize(connections);
    pool.setMinimumIdle(0);
    pool.setConnectionTimeout(patience.toMillis());
    pool.addDataSourceProperty("socketTimeout", "120");
    // Connections keep this role: it sees nothing until a tenant is set.
    pool.setConnectionInitSql(
        "set role homing_tenant; set idle_in_transaction_session_timeout = '10s'; " + settings);
  }

  /** A connection that acts for this tenant until it is closed. */
  Connection connection(Tenant tenant) throws SQLException {
    Connection connection = pool.getConnection();
    try (PreparedStatement setTenant =
        connection.prepareStatement("select set_config('homing.tenant', ?, false)")) {
      setTenant.setString(1, tenant.name());
      setTenant.execute();
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
