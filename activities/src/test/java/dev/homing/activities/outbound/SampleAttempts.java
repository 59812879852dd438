package dev.homing.activities.outbound;

import dev.homing.workflows.delivery.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Sample attempts, each with a different time. */
public final class SampleAttempts {
  private static final Instant FIRST = Instant.parse("2026-11-24T00:00:00Z");
  private static final AtomicLong MADE = new AtomicLong();

  private SampleAttempts() {}

  public static Attempt delivered() {
    return of(new Outcome.Delivered(200));
  }

  public static Attempt refused() {
    return of(new Outcome.Refused(503, null));
  }

  public static Attempt refused(Duration retryAfter) {
    return of(new Outcome.Refused(500, retryAfter));
  }

  public static Attempt gone() {
    return of(new Outcome.Gone());
  }

  public static Attempt timedOut() {
    return of(new Outcome.Unanswered(Outcome.Fault.TIMED_OUT, "No answer came in time."));
  }

  private static Attempt of(Outcome outcome) {
    return new Attempt(
        outcome,
        FIRST.plusMillis(MADE.incrementAndGet()),
        Duration.ofMillis(120),
        "answer".getBytes(StandardCharsets.UTF_8),
        Map.of("server", "sample \"1\""));
  }
}
