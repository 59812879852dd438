package dev.homing.activities.pace;

import java.time.Duration;

/** The answer to a request that wants to begin; close it when the request has ended. */
public final class Permit implements AutoCloseable {
  /** Of a receiver without a pace. */
  static final Permit FREE = new Permit(Duration.ZERO, () -> {});

  private final Duration wait;
  private final Runnable end;

  private Permit(Duration wait, Runnable end) {
    this.wait = wait;
    this.end = end;
  }

  static Permit granted(Runnable end) {
    return new Permit(Duration.ZERO, end);
  }

  static Permit refused(Duration wait) {
    return new Permit(wait, () -> {});
  }

  /** Whether the request may begin; else nothing was counted. */
  public boolean isGranted() {
    return wait.isZero();
  }

  /** After which to ask again; zero if it is granted. */
  public Duration untilNext() {
    return wait;
  }

  @Override
  public void close() {
    end.run();
  }
}
