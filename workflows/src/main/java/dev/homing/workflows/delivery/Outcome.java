package dev.homing.workflows.delivery;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an attempt came to. A receiver's failure is a value; ours is an exception. */
public sealed interface Outcome {

  /** The receiver answered 2xx: the delivery is over. */
  record Delivered(int statusCode) implements Outcome {}

  /**
   * The receiver answered anything else.
   *
   * @param retryAfter how long it asked us to wait (RFC 9110, section 10.2.3), more than zero; null
   *     if it did not ask, or not in a form that we understand
   */
  record Refused(int statusCode, @Nullable Duration retryAfter) implements Outcome {}

  /** The receiver answered 410: it is gone for good, and so is its subscription. */
  record Gone() implements Outcome {}

  /**
   * No answer came.
   *
   * @param detail for people: a short sentence without addresses or secrets
   */
  record Unanswered(Fault fault, String detail) implements Outcome {}

  /** Why no answer came. */
  enum Fault {
    /** The address may not be called. */
    BLOCKED_DESTINATION,
    /** The certificate was valid once: its owner has forgotten to renew it. */
    CERTIFICATE_EXPIRED,
    /** Nobody listens there. */
    CONNECTION_REFUSED,
    /** The connection broke before a status line came. */
    CONNECTION_RESET,
    DNS_FAILED,
    /** What is stored cannot be sent: a gap in our validation. */
    INVALID_REQUEST,
    /** What came back is not HTTP, or more than we read. */
    INVALID_RESPONSE,
    TIMED_OUT,
    TLS_FAILED,
    /** No route to the host, or the network is down. */
    UNREACHABLE
  }

  /** The one word that is stored, logged, counted and shown. */
  default String word() {
    return switch (this) {
      case Delivered _ -> "delivered";
      case Refused _ -> "refused";
      case Gone _ -> "gone";
      case Unanswered(var fault, _) -> fault.name().toLowerCase(Locale.ROOT);
    };
  }

  /** Null when no status line came. */
  default @Nullable Integer status() {
    return switch (this) {
      case Delivered(int code) -> code;
      case Refused(int code, _) -> code;
      case Gone() -> 410;
      case Unanswered _ -> null;
    };
  }

  /** For people, when no answer came; null else. */
  default @Nullable String detail() {
    return switch (this) {
      case Unanswered(_, var detail) -> detail;
      case Delivered _, Gone _, Refused _ -> null;
    };
  }
}
