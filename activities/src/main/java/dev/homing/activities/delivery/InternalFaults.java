package dev.homing.activities.delivery;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** Faults of ours: transient ones, and those that come again with the same delivery. */
public final class InternalFaults {
  /** After so many faults in a row a delivery is parked. */
  public static final int QUICK_RETRIES = 5;

  /** After so long a parked delivery is looked at again. */
  public static final Duration PARKED = Duration.ofHours(1);

  /** The reason of a delivery whose receiver cannot be read as it is stored. */
  public static final String UNREADABLE = "unreadable";

  /** The reason of a delivery that we fail to handle. */
  public static final String OUR_FAULT = "our_fault";

  private InternalFaults() {}

  /** True when it is no delivery's fault: the database is away, or this node stops. */
  public static boolean isTransient(RuntimeException fault) {
    return fault instanceof TransientDataAccessException
        || fault instanceof RecoverableDataAccessException
        || fault instanceof DataAccessResourceFailureException
        || fault instanceof TransactionException
        || fault instanceof CancellationException
        || Thread.currentThread().isInterrupted();
  }

  /** From 1 to 10 s, so that those who failed together do not come back together. */
  public static Duration shortDelay() {
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(1_000, 10_000));
  }
}
