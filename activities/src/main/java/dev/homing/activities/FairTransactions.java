package dev.homing.activities;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs a limited number of transactions at a time, first come, first served.
 *
 * <p>A burst of results waits here for as long as it takes. At the connection pool it would time
 * out: answers of receivers would not be recorded, and their webhooks be sent again. Other callers
 * use the rest of the pool's connections. Transactions must not be nested.
 */
public final class FairTransactions {
  private final TransactionTemplate transactions;
  private final Semaphore permits;

  public FairTransactions(PlatformTransactionManager transactions, int maxConcurrent) {
    this.transactions = new TransactionTemplate(transactions);
    this.permits = new Semaphore(maxConcurrent, true);
  }

  /**
   * Commits what the action did, and returns its result; rolls back if it throws. Waits for a
   * permit first.
   *
   * @throws IllegalStateException if this thread is interrupted while it waits
   */
  public <T> T get(Supplier<T> action) {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a transaction", e);
    }
    try {
      return requireNonNull(transactions.execute(_ -> action.get()));
    } finally {
      permits.release();
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
