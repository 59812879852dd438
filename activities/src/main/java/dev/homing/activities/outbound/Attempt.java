package dev.homing.activities.outbound;

import dev.homing.activities.subscription.DisabledReason;
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
 * @param responseHeaders some headers, with names in lower case
 * @param url what was called, without its query, which may hold tokens; null if it delivered
 * @param address the IP address that was called last; null if it delivered, if none was called, or
 *     if it is not to be shown
 */
@SuppressWarnings("ArrayRecordComponent")
public record Attempt(
    Outcome outcome,
    Instant startedAt,
    Duration took,
    byte @Nullable [] responseBody,
    Map<String, String> responseHeaders,
    @Nullable String url,
    @Nullable String address) {
  /**
   * The response header by which a receiver controls deliveries.
   *
   * @see <a href="https://docs.svix.com/receiving/delivery-control">Delivery Control</a>, by Svix
   * @see <a href="https://github.com/standard-webhooks/standard-webhooks/pull/291">its proposal</a>
   *     for Standard Webhooks
   */
  static final String DELIVERY_CONTROL = "webhook-delivery";

  /** What a receiver asks for, whatever its status says. */
  public enum Instruction {
    /** No further attempts of this delivery. */
    ABORT_MESSAGE,
    /** No further deliveries at all, as 410 does. */
    DISABLE
  }

  /** What the receiver asks for; null: nothing, or several things, or one that we do not know. */
  public @Nullable Instruction instruction() {
    return switch (responseHeaders.get(DELIVERY_CONTROL)) {
      case "abort-message" -> Instruction.ABORT_MESSAGE;
      case "disable" -> Instruction.DISABLE;
      case null, default -> null;
    };
  }

  /** Why the receiver wants no more events; null: it does not say so. */
  public @Nullable DisabledReason disables() {
    if (outcome instanceof Outcome.Gone) {
      return DisabledReason.GONE;
    }
    return instruction() == Instruction.DISABLE ? DisabledReason.OPTED_OUT : null;
  }

  /** Leaves out the response, which may contain anything. */
  @Override
  public String toString() {
    return "Attempt[%s, started at %s, took %s]".formatted(outcome, startedAt, took);
  }
}
