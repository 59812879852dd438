package dev.homing.activities;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** Tells transient internal faults from those that recur with a delivery, and times retries. */
public final class InternalFaults {
  /** Faults in a row after which a delivery is parked. */
  public static final int QUICK_RETRIES = 5;

  /** How soon a parked delivery is checked again. */
  public static final Duration PARKED_RECHECK = Duration.ofHours(1);

  private InternalFaults() {}

  /** True if no delivery causes the fault: the database is down, or this node is stopping. */
  public static boolean isTransient(RuntimeException fault) {
    return fault instanceof TransientDataAccessException
        || fault instanceof RecoverableDataAccessException
        || fault instanceof DataAccessResourceFailureException
        || fault instanceof TransactionException
        || fault instanceof CancellationException
        || Thread.currentThread().isInterrupted();
  }

  /** A random delay of 1 to 10 s, so that deliveries that failed together retry apart. */
  public static Duration shortDelay() {
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(1_000, 10_000));
  }
}
