package dev.homing.activities;

import com.zaxxer.hikari.HikariDataSource;
import dev.homing.workflows.Tenant;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A real PostgreSQL with Homing's tables, shared by all tests; each test has its own tenant. */
public final class Postgres {
  private static final HikariDataSource POOL = start();
  private static final String MIGRATED = "migrated";

  private static boolean migrated;

  private Postgres() {}

  public static DataSource pool() {
    return POOL;
  }

  /** The JDBC URL of another database on the same server. */
  public static String url(String database) {
    return POOL.getJdbcUrl().replaceFirst("/postgres\\?", "/" + database + "?");
  }

  /** An empty database on the same server. */
  public static void create(String database) {
    jdbc().sql("create database " + database).update();
  }

  /** A database with Homing's tables: a copy, as it takes a second to migrate each. */
  public static synchronized void createMigrated(String database) {
    if (!migrated) {
      create(MIGRATED);
      migrate(new DriverManagerDataSource(url(MIGRATED)));
      migrated = true;
    }
    jdbc().sql("create database %s template %s".formatted(database, MIGRATED)).update();
  }

  /** The number of connections not returned to the pool. */
  public static int inUse() {
    return POOL.getHikariPoolMXBean().getActiveConnections();
  }

  public static JdbcClient jdbc() {
    return JdbcClient.create(POOL);
  }

  public static TransactionTemplate transaction() {
    return new TransactionTemplate(new JdbcTransactionManager(POOL));
  }

  public static Tenant newTenant() {
    Tenant tenant = new Tenant("tenant-" + UUID.randomUUID());
    jdbc().sql("insert into tenants (tenant) values (:name)").param("name", tenant.name()).update();
    return tenant;
  }

  /** The backend of the connection that the transaction on this thread uses. */
  public static int backend() {
    return jdbc().sql("select pg_backend_pid()").query(Integer.class).single();
  }

  /** Transactions that wait for a lock of this backend, or behind one that does. */
  public static int waitingFor(int backend) {
    return jdbc()
        .sql(
            """
            with recursive waiting (pid) as (
              select pid from pg_stat_activity where :backend = any (pg_blocking_pids(pid))
              union
              select next.pid from waiting w
              join pg_stat_activity next on w.pid = any (pg_blocking_pids(next.pid)))
            select count(*) from waiting
            """)
        .param("backend", backend)
        .query(Integer.class)
        .single();
  }

  /** Queries a single value of a tenant; the SQL names the tenant {@code :tenant}. */
  public static <T> T ask(Class<T> type, String sql, Tenant tenant) {
    return jdbc().sql(sql).param("tenant", tenant.name()).query(type).single();
  }

  /** Migrates the database, as each start of Homing does. */
  public static void migrate() {
    migrate(POOL);
  }

  private static void migrate(DataSource database) {
    Flyway.configure().dataSource(database).load().migrate();
  }

  /** The tenant's routes version: a remembered route of this version is valid. */
  public static long routesVersion(Tenant tenant) {
    return ask(Long.class, "select routes_version from tenants where tenant = :tenant", tenant);
  }

  private static HikariDataSource start() {
    try {
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setLocaleConfig("locale", "C")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setServerConfig("max_connections", "200")
              .setPGStartupWait(Duration.ofMinutes(1))
              .start();
      HikariDataSource pool = new HikariDataSource();
      pool.setJdbcUrl(server.getJdbcUrl("postgres", "postgres"));
      pool.setMaximumPoolSize(100);
      pool.setMinimumIdle(0);
      pool.setConnectionTimeout(5_000);
      migrate(pool);
      return pool;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
