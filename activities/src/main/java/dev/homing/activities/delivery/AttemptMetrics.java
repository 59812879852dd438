package dev.homing.activities.delivery;

import dev.homing.activities.outbound.Attempt;
import dev.homing.workflows.delivery.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/** Counts and times attempts, and measures how old events are when they are delivered. */
public final class AttemptMetrics implements AttemptListener {
  private final MeterRegistry metrics;
  private final Timer age;

  /** Timers by outcome and lane. */
  private final ConcurrentHashMap<String, Timer> attempts = new ConcurrentHashMap<>();

  public AttemptMetrics(MeterRegistry metrics) {
    this.metrics = metrics;
    this.age =
        Timer.builder("homing.delivery.age")
            .description("From accepting an event to a receiver's 2xx")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofDays(4))
            .register(metrics);
  }

  @Override
  public void recorded(AttemptContext context, Attempt attempt, Delivery after) {
    attempts(attempt.outcome().word(), context.lane().word()).record(attempt.took());
    if (attempt.outcome() instanceof Outcome.Delivered) {
      age.record(
          Duration.between(
              context.key().eventId().acceptedAt(), attempt.startedAt().plus(attempt.took())));
    }
  }

  private Timer attempts(String outcome, String lane) {
    return attempts.computeIfAbsent(
        outcome + ' ' + lane,
        _ ->
            Timer.builder("homing.attempts")
                .description("Attempts and how long they took")
                .tag("outcome", outcome)
                .tag("lane", lane)
                .register(metrics));
  }
}
