package dev.homing.activities.delivery;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An attempt as the ledger stores it.
 *
 * @param number from 1, never used twice in a delivery
 * @param outcome the word for its outcome
 * @param error a sentence to read, if no answer came; else null
 * @param responseBody the start of the receiver's response, up to the limit that is kept
 * @param responseHeaders some headers of a response that refused it; names in lower case
 * @param url what was called, without its query; null if it delivered, or is not known
 * @param address the IP address that was called; null if it delivered, or is not known
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
    Map<String, String> responseHeaders,
    @Nullable String url,
    @Nullable String address) {

  /** Like {@code 503 in 120 ms} or {@code timed_out in 15000 ms}. */
  public String summary() {
    return "%s in %d ms".formatted(statusCode == null ? outcome : statusCode, tookMillis);
  }
}
