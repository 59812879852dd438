package dev.homing.activities.delivery;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** Faults of ours: those that pass, and those that come again with the same delivery. */
public final class InternalFaults {
  /** So many of a delivery in a row are tried again soon; then it is parked. */
  public static final int QUICK_RETRIES = 5;

  /** A parked delivery is looked at again. */
  public static final Duration PARKED = Duration.ofHours(1);

  /** The reason of one whose receiver cannot be read as it is stored. */
  public static final String UNREADABLE = "unreadable";

  /** The reason of one that we fail to handle. */
  public static final String OUR_FAULT = "our_fault";

  private InternalFaults() {}

  /** True when it is no delivery's fault: the database is away, or this node stops. */
  public static boolean passes(RuntimeException fault) {
    return fault instanceof TransientDataAccessException
        || fault instanceof RecoverableDataAccessException
        || fault instanceof DataAccessResourceFailureException
        || fault instanceof TransactionException
        || fault instanceof CancellationException
        || Thread.currentThread().isInterrupted();
  }

  /** From 1 to 10 s, so that those who failed together do not come back together. */
  public static Duration soon() {
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(1_000, 10_000));
  }
}
