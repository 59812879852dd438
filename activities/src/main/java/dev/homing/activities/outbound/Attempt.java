package dev.homing.activities.outbound;

import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that was made.
 *
 * @param startedAt also the time that its signature carries, there in whole seconds
 * @param responseBody the first 16 KiB at most; null when there was none
 * @param responseHeaders some of what refused it, in lower case
 */
@SuppressWarnings("ArrayRecordComponent")
public record Attempt(
    Outcome outcome,
    Instant startedAt,
    Duration took,
    byte @Nullable [] responseBody,
    Map<String, String> responseHeaders) {

  /** Without what came back: it is the receiver's, and may hold anything. */
  @Override
  public String toString() {
    return "Attempt[%s, started at %s, took %s]".formatted(outcome, startedAt, took);
  }
}
