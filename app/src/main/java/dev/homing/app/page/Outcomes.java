package dev.homing.app.page;

import org.jspecify.annotations.Nullable;

/** What came back and what to do about it, in plain English; {@link OutcomeWord} has the words. */
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
    return OutcomeWord.of(outcome)
        .map(OutcomeWord::brief)
        .orElseGet(() -> outcome.replace('_', ' '));
  }

  /** Whose turn it is, and what to check. */
  public static String advice(String outcome, @Nullable Integer status) {
    return status == null
        ? OutcomeWord.of(outcome).map(OutcomeWord::advice).orElse("")
        : advice(status);
  }

  /** The same for an answer with this status. */
  public static String advice(int status) {
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
                  ? "The receiver refuses this request. Its owner must say why. The response may"
                      + " tell."
                  : "The receiver failed while it handled the request. Its owner must look into"
                      + " it.";
    };
  }
}
