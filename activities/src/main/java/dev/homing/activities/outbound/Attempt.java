package dev.homing.activities.outbound;

import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of one attempt.
 *
 * @param startedAt also the signed timestamp, there in whole seconds
 * @param responseBody at most the first 16 KiB; null if there was none
 * @param responseHeaders some headers of a refusal, with names in lower case
 */
@SuppressWarnings("ArrayRecordComponent")
public record Attempt(
    Outcome outcome,
    Instant startedAt,
    Duration took,
    byte @Nullable [] responseBody,
    Map<String, String> responseHeaders) {

  /** Leaves out the response, which may contain anything. */
  @Override
  public String toString() {
    return "Attempt[%s, started at %s, took %s]".formatted(outcome, startedAt, took);
  }
}
