package dev.homing.activities.retention;

import static java.util.Objects.requireNonNull;

import java.util.function.BooleanSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One small change of tables at a time, over all nodes, in a transaction of its own.
 *
 * <p>Whoever accepts or records may have to wait behind it, so it waits for no lock longer than a
 * moment and ends soon: what fails is done the next time.
 */
final class Step {
  /** Any number that nobody else locks in this database. */
  private static final long LOCK = 0x686f6d696e67L;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  Step(JdbcClient jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  /** What it did; false also if another node is at it. */
  boolean take(BooleanSupplier what) {
    return requireNonNull(transaction.execute(_ -> isAlone() && what.getAsBoolean()));
  }

  private boolean isAlone() {
    jdbc.sql("set local lock_timeout = '500ms'").update();
    jdbc.sql("set local statement_timeout = '5s'").update();
    return jdbc.sql("select pg_try_advisory_xact_lock(:lock)")
        .param("lock", LOCK)
        .query(Boolean.class)
        .single();
  }
}
