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

  /** An answer with this status and {@code webhook-delivery}. */
  public static Attempt answered(int status, String instruction) {
    Outcome outcome =
        status < 300 ? new Outcome.Delivered(status) : new Outcome.Refused(status, null);
    return of(outcome, Map.of("webhook-delivery", instruction));
  }

  public static Attempt gone() {
    return of(new Outcome.Gone());
  }

  public static Attempt timedOut() {
    return of(new Outcome.Unanswered(Outcome.Fault.TIMED_OUT, "No answer came in time."));
  }

  public static Attempt unanswered(Outcome.Fault fault) {
    return of(new Outcome.Unanswered(fault, "No answer came."));
  }

  private static Attempt of(Outcome outcome) {
    return of(outcome, Map.of("server", "sample \"1\""));
  }

  private static Attempt of(Outcome outcome, Map<String, String> headers) {
    return new Attempt(
        outcome,
        FIRST.plusMillis(MADE.incrementAndGet()),
        Duration.ofMillis(120),
        "answer".getBytes(StandardCharsets.UTF_8),
        headers,
        outcome instanceof Outcome.Delivered ? null : "https://receiver.test/hook",
        outcome instanceof Outcome.Delivered ? null : "203.0.113.7");
  }
}
