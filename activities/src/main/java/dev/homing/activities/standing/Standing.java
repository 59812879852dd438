package dev.homing.activities.standing;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the receiver of a subscription does, as all nodes see it.
 *
 * @param reason why it is in trouble; null: it is not
 * @param since since when it is in trouble or, while it is not, since when deliveries wait
 * @param answer what it answered when it was last found unavailable: a status such as {@code 503},
 *     or the word of a fault such as {@code timed_out}; null: not known
 * @param heldUntil nothing is sent before, if it is held; else null
 */
public record Standing(
    State state,
    @Nullable Reason reason,
    Instant since,
    @Nullable String answer,
    @Nullable Instant heldUntil) {

  Standing withAnswer(String latest) {
    return new Standing(state, reason, since, latest, heldUntil);
  }

  /** The states of a circuit breaker, held, and over pace. */
  public enum State {
    /** First attempts are made; the drain retries those that failed and wait in the backlog. */
    CLOSED,
    /** The receiver asked for a pause: nothing is sent. */
    HELD,
    /** The receiver does not answer: the drain probes it, one attempt at a time. */
    OPEN,
    /** A probe succeeded: the drain sends more and more at a time. */
    HALF_OPEN,
    /** More waits than its pace allows: the drain sends it at the pace. It is in good standing. */
    OVER_PACE;

    /** Whether the drain alone sends, so that first attempts wait in the backlog. */
    public boolean isExclusive() {
      return this != CLOSED;
    }

    /** Whether the receiver does not answer as it should. */
    public boolean isTrouble() {
      return switch (this) {
        case HELD, OPEN, HALF_OPEN -> true;
        case CLOSED, OVER_PACE -> false;
      };
    }

    /** The word that is stored, logged and shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static State of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /** Why a receiver is in trouble. */
  public enum Reason {
    /** It left all requests unanswered for two seconds, or twice the time of its last success. */
    HANGS,
    /** Several attempts in a row found no answer, or one of 429, 502, 503, 504. */
    UNAVAILABLE,
    /** It asked for a pause by {@code Retry-After}. */
    RETRY_AFTER;

    /** The word that is stored, logged and shown. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Reason of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }
}
