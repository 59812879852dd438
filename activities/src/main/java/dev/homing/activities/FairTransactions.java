package dev.homing.activities;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs so many transactions at a time, in turn.
 *
 * <p>A burst of results waits here for as long as it takes. At the pool it would be rejected for
 * waiting too long: what receivers have answered would not be recorded, and be sent again. The
 * connections beyond those turns are left to others. Transactions must not be nested.
 */
public final class FairTransactions {
  private final TransactionTemplate transactions;
  private final Semaphore turns;

  public FairTransactions(PlatformTransactionManager transactions, int atOnce) {
    this.transactions = new TransactionTemplate(transactions);
    this.turns = new Semaphore(atOnce, true);
  }

  /**
   * Commits what the action did, and returns its result; rolls back if it throws.
   *
   * @throws IllegalStateException if this thread is interrupted while it waits for its turn
   */
  public <T> T get(Supplier<T> action) {
    try {
      turns.acquire();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while waiting for a transaction", stopped);
    }
    try {
      return requireNonNull(transactions.execute(_ -> action.get()));
    } finally {
      turns.release();
    }
  }

  /** The same without a result. */
  public void run(Runnable action) {
    var unused =
        get(
            () -> {
              action.run();
              return true;
            });
  }
}
