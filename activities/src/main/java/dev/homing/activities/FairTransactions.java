package dev.homing.activities;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs so many transactions at a time, in turn.
 *
 * <p>A burst of results waits here for as long as it takes. At the pool it would be thrown out for
 * waiting too long: what receivers have answered would not be recorded, and be sent again. The
 * connections beyond those turns are left to others. Transactions must not be nested.
 */
public final class FairTransactions extends TransactionTemplate {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial")
  private final Semaphore turns;

  public FairTransactions(PlatformTransactionManager transactions, int atOnce) {
    super(transactions);
    this.turns = new Semaphore(atOnce, true);
  }

  /**
   * As the template does.
   *
   * @throws IllegalStateException if this thread is interrupted while it waits for its turn
   */
  @Override
  public <T extends @Nullable Object> T execute(TransactionCallback<T> action) {
    try {
      turns.acquire();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while waiting for a transaction", stopped);
    }
    try {
      return super.execute(action);
    } finally {
      turns.release();
    }
  }
}
