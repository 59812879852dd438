package dev.homing.app.page;

import org.jspecify.annotations.Nullable;

/** What the outcomes of attempts mean, and what to do about each, in plain English. */
public final class Outcomes {
  private Outcomes() {}

  /** What came back: {@code answered 503}, {@code timed out}. */
  public static String brief(String outcome, @Nullable Integer status) {
    return status == null ? words(outcome) : "answered " + status;
  }

  /** The same from one word, which is a status or an outcome. */
  public static String brief(String answer) {
    return answer.matches("\\d{3}") ? "answered " + answer : words(answer);
  }

  private static String words(String outcome) {
    return switch (outcome) {
      case "blocked_destination" -> "blocked by our rules";
      case "certificate_expired" -> "certificate expired";
      case "dns_failed" -> "name not found";
      case "tls_failed" -> "TLS failed";
      default -> outcome.replace('_', ' ');
    };
  }

  /** Whose turn it is, and what to check. */
  public static String advice(String outcome, @Nullable Integer status) {
    return status == null ? advice(outcome) : advice(status);
  }

  private static String advice(int status) {
    if (status >= 200 && status < 300) {
      return "The receiver took it. Nothing to do.";
    }
    return switch (status) {
      case 401, 403 ->
          "The receiver asks for other credentials. Check the subscription's headers and its"
              + " signing secret.";
      case 404, 405 -> "The receiver has no such address. Check the subscription's URL.";
      case 408, 425, 429 -> "The receiver wants fewer requests. Homing slows down by itself; wait.";
      case 410 -> "The receiver is gone for good. Delete the subscription, or enable it again.";
      case 413 -> "The payload is too large for the receiver. Send less, or have its limit raised.";
      case 502, 503, 504 ->
          "The receiver is reachable, but not ready. Homing keeps trying; act if it lasts.";
      default ->
          status < 400
              ? "Redirects are not followed. Put the final address into the subscription's URL."
              : status < 500
                  ? "The receiver refuses this request. Its owner must say why; the response may."
                  : "The receiver failed while it handled the request. Its owner must look into"
                      + " it.";
    };
  }

  private static String advice(String outcome) {
    return switch (outcome) {
      case "blocked_destination" ->
          "Homing may not call this address. An operator can list it in"
              + " HOMING_ALLOW_DESTINATIONS.";
      case "certificate_expired" ->
          "The receiver's certificate has expired. Its owner must renew it.";
      case "connection_refused" ->
          "Nothing listens there. Is the receiver running, and the port right?";
      case "connection_reset" ->
          "The connection broke. The receiver may have got the request all the same.";
      case "dns_failed" -> "The host name does not exist in the DNS. Check the subscription's URL.";
      case "invalid_request" ->
          "The request cannot be sent as the subscription is stored. Check its URL and headers.";
      case "invalid_response" -> "What came back was not HTTP. Is the port right?";
      case "timed_out" ->
          "No answer came in time. Let the receiver answer first and work afterwards, or raise the"
              + " subscription's timeout.";
      case "tls_failed" ->
          "The receiver's certificate is not trusted, or TLS cannot be agreed on. Check its chain"
              + " and its name.";
      case "unreachable" -> "No way leads to this address. Is the receiver's network up?";
      default -> "";
    };
  }
}
