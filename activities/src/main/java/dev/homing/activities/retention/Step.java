package dev.homing.activities.retention;

import static java.util.Objects.requireNonNull;

import java.util.function.BooleanSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One small change of tables in a transaction of its own, one at a time over all nodes.
 *
 * <p>Accepting and recording may have to wait for it, so it waits for a lock at most 500 ms, runs
 * at most 5 s a statement, and is repeated later if it fails.
 */
final class Step {
  /** Key of the advisory lock: any number not locked otherwise in this database. */
  private static final long LOCK = 0x686f6d696e67L;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  Step(JdbcClient jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  /** The result of the action; false as well if another node holds the lock. */
  boolean take(BooleanSupplier action) {
    return requireNonNull(transaction.execute(_ -> tryLock() && action.getAsBoolean()));
  }

  private boolean tryLock() {
    jdbc.sql("set local lock_timeout = '500ms'").update();
    jdbc.sql("set local statement_timeout = '5s'").update();
    return jdbc.sql("select pg_try_advisory_xact_lock(:lock)")
        .param("lock", LOCK)
        .query(Boolean.class)
        .single();
  }
}
