package dev.homing.activities;

import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Calls Temporal for five seconds at most: its client would insist for a minute. */
public final class ShortCalls {
  public static final Duration LONGEST = Duration.ofSeconds(5);

  private static final ScheduledExecutorService DEADLINES =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("temporal-deadlines").factory());

  private ShortCalls() {}

  public static void run(Runnable call) {
    try (var soon =
        Context.current().withDeadlineAfter(LONGEST.toMillis(), TimeUnit.MILLISECONDS, DEADLINES)) {
      soon.run(call);
    }
  }
}
