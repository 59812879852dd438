package dev.homing.activities.delivery;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An attempt as the ledger has it.
 *
 * @param number from 1, never used twice in a delivery
 * @param outcome the word for what it came to
 * @param error for people, when no answer came
 * @param responseBody what the receiver answered, as far as it was kept
 * @param responseHeaders some of what refused it, in lower case
 */
@SuppressWarnings("ArrayRecordComponent")
public record RecordedAttempt(
    int number,
    int round,
    String outcome,
    @Nullable Integer statusCode,
    Instant startedAt,
    long tookMillis,
    @Nullable String error,
    byte @Nullable [] responseBody,
    Map<String, String> responseHeaders) {

  /** {@code 503 in 120 ms}, {@code timed_out in 15000 ms}. */
  public String words() {
    return "%s in %d ms".formatted(statusCode == null ? outcome : statusCode, tookMillis);
  }
}
