package dev.homing.app.database;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The connection pool reserved for accepting events. Nothing else can exhaust it, and an
 * unresponsive PostgreSQL is noticed within half a second.
 */
public final class AcceptingDatabase implements DisposableBean {
  private final HikariDataSource pool;

  /** Connects on first use. */
  public AcceptingDatabase(DatabaseUrl url, int connections, MeterRegistry metrics) {
    pool = url.pool("accepting", metrics);
    pool.setMaximumPoolSize(connections);
    pool.setMinimumIdle(2);
    pool.setConnectionTimeout(500);
    pool.setValidationTimeout(400);
    pool.addDataSourceProperty("connectTimeout", "2");
    pool.addDataSourceProperty("socketTimeout", "5");
    // Long enough for a transaction with the same key, or brief work on the tables. A node that
    // freezes in a transaction must not block its keys on the others.
    pool.setConnectionInitSql(
        "set lock_timeout = '200ms'; set idle_in_transaction_session_timeout = '5s'");
  }

  public JdbcClient jdbc() {
    return JdbcClient.create(pool);
  }

  public TransactionTemplate transaction() {
    return new TransactionTemplate(new JdbcTransactionManager(pool));
  }

  @Override
  public void destroy() {
    pool.close();
  }
}
