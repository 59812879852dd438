package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.RecordedAttempt;
import dev.homing.app.page.Outcomes;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a delivery is where it is, and what to do about it.
 *
 * @param advice empty: nothing
 */
record Explanation(String why, String advice) {
  /** For customers, who know nothing of settings and logs. */
  private static final Explanation SENDERS_FAULT =
      new Explanation(
          "A fault on the sending side holds it back. No attempt was charged.",
          "It is retried every hour. If it stays like this, ask the sender's support.");

  /**
   * Explains a delivery.
   *
   * @param isForCustomer whether a customer reads it, who has no settings and no Temporal
   */
  static Explanation of(Delivery delivery, List<RecordedAttempt> attempts, boolean isForCustomer) {
    RecordedAttempt last = attempts.isEmpty() ? null : attempts.getLast();
    return switch (delivery.state()) {
      case PENDING -> new Explanation("The first attempt is under way.", "");
      case DELIVERED ->
          new Explanation(
              attempts.size() == 1
                  ? "The receiver took it at the first attempt."
                  : "The receiver took it after %d attempts.".formatted(attempts.size()),
              "");
      case RETRYING -> retrying(delivery, attempts, last);
      case HELD, FAILED, CANCELLED -> ended(delivery, last, isForCustomer);
    };
  }

  private static Explanation retrying(
      Delivery delivery, List<RecordedAttempt> attempts, @Nullable RecordedAttempt last) {
    if (last == null) {
      return new Explanation(
          delivery.backlogged()
              ? "It waits behind others: its receiver does not keep up, or is in trouble."
              : "It waits for its first attempt.",
          "");
    }
    long same = attempts.reversed().stream().takeWhile(attempt -> isSame(attempt, last)).count();
    return new Explanation(
        "%s%s. %s"
            .formatted(
                capital(Outcomes.brief(last.outcome(), last.statusCode())),
                same > 1 ? " %d times in a row".formatted(same) : "",
                delivery.backlogged()
                    ? "Others wait for this receiver, too; they are sent at its pace."
                    : "Another attempt comes by itself."),
        Outcomes.advice(last.outcome(), last.statusCode()));
  }

  private static boolean isSame(RecordedAttempt one, RecordedAttempt other) {
    return Outcomes.brief(one.outcome(), one.statusCode())
        .equals(Outcomes.brief(other.outcome(), other.statusCode()));
  }

  private static Explanation ended(
      Delivery delivery, @Nullable RecordedAttempt last, boolean isForCustomer) {
    Delivery.Reason reason = delivery.reason();
    String advice = last == null ? "" : Outcomes.advice(last.outcome(), last.statusCode());
    if (reason == null) {
      return new Explanation("", advice);
    }
    return switch (reason) {
      case PAUSED ->
          new Explanation("Its subscription is paused.", "Enable the subscription to send it.");
      case UNREADABLE ->
          isForCustomer
              ? SENDERS_FAULT
              : new Explanation(
                  "The subscription's secrets cannot be decrypted.",
                  "An operator must check HOMING_ENCRYPTION_KEYS. It is retried every hour.");
      case OUR_FAULT ->
          isForCustomer
              ? SENDERS_FAULT
              : new Explanation(
                  "An internal fault recurs with it, so it is held back. No attempt was charged.",
                  "An operator must look into the log. It is retried every hour.");
      case IN_ORDER ->
          new Explanation(
              "It waits for its turn: an earlier event with the same ordering key is not over.",
              "Retry or cancel the earlier one to let it go on.");
      case SCHEDULE_OVER -> new Explanation("Every attempt of its schedule failed.", retry(advice));
      case NOT_RETRIED ->
          new Explanation("The subscription does not retry this status.", retry(advice));
      case ORDER_SKIPPED ->
          new Explanation("Those behind it in its order no longer wait for it.", retry(advice));
      case PAYLOAD_EXPIRED ->
          new Explanation("Its payload has expired.", "Publish the event again.");
      case CANCELLED -> new Explanation("It was cancelled.", "Retry it to send it after all.");
      case TERMINATED ->
          new Explanation(
              isForCustomer
                  ? "An operator cancelled it."
                  : "Its workflow was terminated in Temporal.",
              "Retry it to send it after all.");
      case GONE ->
          new Explanation(
              "Its receiver answered 410, so the subscription was disabled.",
              "Enable the subscription, then retry.");
      case OPTED_OUT ->
          new Explanation(
              "Its receiver asked for no more events, so the subscription was disabled.",
              "Enable the subscription, then retry.");
      case FAILING ->
          new Explanation(
              "All recent attempts failed, so the subscription was disabled.",
              "Enable the subscription, then retry.");
      case ABORTED ->
          new Explanation("The receiver asked for no further attempts of this delivery.", "");
      case SUBSCRIPTION_DELETED -> new Explanation("Its subscription was deleted.", "");
    };
  }

  private static String retry(String advice) {
    return advice.isEmpty() ? "Retry it once that is fixed." : advice + " Then retry.";
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** The reason in a word or two; empty: the state says it. */
  static String note(Delivery delivery) {
    Delivery.Reason reason = delivery.reason();
    return reason == null
            || reason == Delivery.Reason.CANCELLED
            || reason == Delivery.Reason.SCHEDULE_OVER
        ? ""
        : reason.word().replace('_', ' ');
  }

  static String tone(Delivery.State state) {
    return switch (state) {
      case DELIVERED -> "good";
      case PENDING, RETRYING -> "busy";
      case FAILED -> "bad";
      case HELD, CANCELLED -> "idle";
    };
  }
}
