package dev.homing.app.database;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.workflows.Tenant;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.springframework.beans.factory.DisposableBean;

/**
 * The connections of tenants' own requests: PostgreSQL itself shows them no row of another tenant,
 * and lets them write none (row-level security).
 */
public final class TenantDatabase implements DisposableBean {
  private final HikariDataSource pool;

  /** Connects when it is first used. */
  public TenantDatabase(DatabaseUrl url, int connections, MeterRegistry metrics) {
    pool = url.pool("tenants", metrics);
    pool.setMaximumPoolSize(connections);
    pool.setMinimumIdle(0);
    pool.setConnectionTimeout(5_000);
    pool.addDataSourceProperty("socketTimeout", "120");
    // The role is theirs for good: it sees nothing as long as no tenant is named.
    pool.setConnectionInitSql(
        "set role homing_tenant; set idle_in_transaction_session_timeout = '1min'");
  }

  /** For this tenant, until it is closed. */
  Connection connection(Tenant tenant) throws SQLException {
    Connection connection = pool.getConnection();
    try (PreparedStatement naming =
        connection.prepareStatement("select set_config('homing.tenant', ?, false)")) {
      naming.setString(1, tenant.name());
      naming.execute();
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
