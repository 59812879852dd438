package dev.homing.activities;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Work under a lease, which its thread renews in time while it waits. */
public final class LeasedWork {
  private final Duration renewal;
  private final BooleanSupplier renew;
  private long renewAtNanos;
  private volatile boolean leased = true;

  /**
   * Begins with a lease that was just taken or renewed.
   *
   * @param renewal how soon the lease must be renewed
   * @param renew renews it; false: it was lost
   */
  public LeasedWork(Duration renewal, BooleanSupplier renew) {
    this.renewal = renewal;
    this.renew = renew;
    this.renewAtNanos = System.nanoTime() + renewal.toNanos();
  }

  /** Whether the lease was not lost so far; for any thread. */
  public boolean isLeased() {
    return leased;
  }

  /** Renews the lease if it is time to, and returns the time until it is again. */
  public Duration renewIfDue() {
    if (System.nanoTime() >= renewAtNanos) {
      leased = renew.getAsBoolean();
      renewAtNanos = System.nanoTime() + renewal.toNanos();
    }
    return Duration.ofNanos(Math.max(0, renewAtNanos - System.nanoTime()));
  }

  /**
   * Waits for attempts under way, and renews the lease meanwhile.
   *
   * @throws RuntimeException as the first of them threw it
   */
  public void await(CompletableFuture<Void> all) throws InterruptedException {
    while (true) {
      try {
        all.get(renewIfDue().toNanos(), TimeUnit.NANOSECONDS);
        return;
      } catch (TimeoutException stillSending) {
        // The lease is renewed, and they are awaited further.
      } catch (ExecutionException failure) {
        throw failure.getCause() instanceof RuntimeException fault
            ? fault
            : new IllegalStateException(failure.getCause());
      }
    }
  }
}
