package dev.homing.workflows.delivery;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The outcome of an attempt. A receiver's failure is a value; ours is an exception. */
public sealed interface Outcome {

  /** The receiver answered 2xx: the delivery is over. */
  record Delivered(int statusCode) implements Outcome {}

  /**
   * The receiver answered with another status.
   *
   * @param retryAfter how long the receiver asked us to wait (RFC 9110, section 10.2.3), more than
   *     zero; null if it did not ask, or in a form that we do not understand
   */
  record Refused(int statusCode, @Nullable Duration retryAfter) implements Outcome {}

  /** The receiver answered 410: it is gone for good, so its subscription is disabled. */
  record Gone() implements Outcome {}

  /**
   * No answer came.
   *
   * @param detail a short sentence to show to users, without addresses or secrets
   */
  record Unanswered(Fault fault, String detail) implements Outcome {}

  /** Why no answer came. */
  enum Fault {
    /** The address may not be called. */
    BLOCKED_DESTINATION,
    /** The certificate has expired: its owner forgot to renew it. */
    CERTIFICATE_EXPIRED,
    /** No process listens at this port. */
    CONNECTION_REFUSED,
    /** The connection broke before a status line arrived. */
    CONNECTION_RESET,
    DNS_FAILED,
    /** The stored request cannot be sent: a gap in our validation. */
    INVALID_REQUEST,
    /** The response is not HTTP, or larger than we read. */
    INVALID_RESPONSE,
    TIMED_OUT,
    TLS_FAILED,
    /** No route to the host, or the network is down. */
    UNREACHABLE
  }

  /** The one word by which the outcome is stored, logged, counted and shown. */
  default String word() {
    return switch (this) {
      case Delivered _ -> "delivered";
      case Refused _ -> "refused";
      case Gone _ -> "gone";
      case Unanswered(var fault, _) -> fault.name().toLowerCase(Locale.ROOT);
    };
  }

  /** All words, sorted. */
  static List<String> words() {
    return Stream.concat(
            Stream.of(new Delivered(200), new Refused(500, null), new Gone()),
            Arrays.stream(Fault.values()).map(fault -> new Unanswered(fault, "")))
        .map(Outcome::word)
        .sorted()
        .toList();
  }

  /** The status code; null if no status line arrived. */
  default @Nullable Integer status() {
    return switch (this) {
      case Delivered(int code) -> code;
      case Refused(int code, _) -> code;
      case Gone() -> 410;
      case Unanswered _ -> null;
    };
  }

  /**
   * The shortest wait before the next attempt, whatever the schedule says; null: as it says.
   *
   * <p>A name that leads to blocked addresses ends in {@code DNS_FAILED} and waits like one that
   * does not exist: so callers cannot learn which internal names exist.
   */
  default @Nullable Duration shortestWait() {
    return switch (this) {
      case Refused(_, var retryAfter) -> retryAfter;
      case Unanswered(var fault, _) ->
          switch (fault) {
            case DNS_FAILED -> Duration.ofSeconds(30);
            // Only people change them.
            case BLOCKED_DESTINATION, CERTIFICATE_EXPIRED, TLS_FAILED -> Duration.ofMinutes(5);
            case CONNECTION_REFUSED,
                CONNECTION_RESET,
                INVALID_REQUEST,
                INVALID_RESPONSE,
                TIMED_OUT,
                UNREACHABLE ->
                null;
          };
      case Delivered _, Gone _ -> null;
    };
  }

  /** A sentence to show to users if no answer came; else null. */
  default @Nullable String detail() {
    return switch (this) {
      case Unanswered(_, var detail) -> detail;
      case Delivered _, Gone _, Refused _ -> null;
    };
  }
}
