package dev.homing.app.database;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The connections that accepting has for itself: nothing else can use them up, and a PostgreSQL
 * that does not answer is noticed within half a second.
 */
public final class AcceptingDatabase implements DisposableBean {
  private final HikariDataSource pool;

  /** Connects when it is first used. */
  public AcceptingDatabase(DatabaseUrl url, int connections, MeterRegistry metrics) {
    pool = url.pool("accepting", metrics);
    pool.setMaximumPoolSize(connections);
    pool.setMinimumIdle(2);
    pool.setConnectionTimeout(500);
    pool.setValidationTimeout(400);
    pool.addDataSourceProperty("connectTimeout", "2");
    pool.addDataSourceProperty("socketTimeout", "5");
    // For whoever is just using the same key, and for a moment's work on the tables. A node that
    // froze in the middle must not keep a key from the others.
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
