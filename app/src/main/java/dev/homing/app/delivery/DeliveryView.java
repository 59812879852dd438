package dev.homing.app.delivery;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.RecordedAttempt;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as the API shows it.
 *
 * @param state {@code pending}, {@code retrying}, {@code held}, {@code delivered}, {@code failed}
 *     or {@code cancelled}
 * @param reason why it is held, failed or cancelled; null: the state says it
 * @param round the pass through the retry schedule, from 1
 * @param attemptCount attempts in all rounds
 * @param nextAttemptAt null: no further attempt comes by itself
 * @param workflowId the workflow that has it in hand or had it last: its own, or that of its
 *     subscription's backlog; null: neither
 * @param attempts first to last; left out in lists
 */
record DeliveryView(
    DeliveryId id,
    EventId eventId,
    String eventType,
    SubscriptionId subscriptionId,
    String state,
    @Nullable String reason,
    int round,
    int attemptCount,
    @Nullable Instant nextAttemptAt,
    @Nullable String workflowId,
    Instant createdAt,
    Instant updatedAt,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<AttemptView> attempts) {

  /** A single delivery, with its attempts. */
  static DeliveryView of(Delivery delivery, List<RecordedAttempt> attempts) {
    return view(delivery, attempts.stream().map(AttemptView::of).toList());
  }

  /** A delivery in a list, without attempts. */
  static DeliveryView of(Delivery delivery) {
    return view(delivery, null);
  }

  private static DeliveryView view(Delivery delivery, @Nullable List<AttemptView> attempts) {
    Delivery.Key key = delivery.key();
    return new DeliveryView(
        key.id(),
        key.eventId(),
        key.eventType(),
        key.subscriptionId(),
        delivery.state().word(),
        Delivery.Reason.wordOf(delivery.reason()),
        delivery.round(),
        delivery.attemptCount(),
        delivery.nextAttemptAt(),
        workflowId(delivery),
        delivery.createdAt(),
        delivery.updatedAt(),
        attempts);
  }

  private static @Nullable String workflowId(Delivery delivery) {
    if (delivery.backlogged() && !delivery.state().isOver()) {
      return delivery.key().subscriptionId().toString();
    }
    return delivery.runId() == null ? null : delivery.key().id().toString();
  }

  /**
   * An attempt as the API shows it.
   *
   * @param number in the delivery, from 1, never used twice
   * @param round in which it was made
   * @param outcome {@code delivered}, {@code gone}, {@code refused}, or why no answer came; each
   *     has a page at {@code /docs/outcomes/}
   * @param statusCode null: no answer came
   * @param tookMillis to the end of the answer, or to the failure
   * @param error a sentence, if no answer came
   * @param responseBody the response as text; bytes that are not UTF-8 are replaced
   * @param responseHeaders selected headers of a refusal, in lower case; null: there are none
   * @param url what was called, without its query; null if it delivered, or is not known
   * @param address the IP address that was called; null if it delivered, or is not known
   */
  record AttemptView(
      int number,
      int round,
      String outcome,
      @Nullable Integer statusCode,
      Instant startedAt,
      long tookMillis,
      @Nullable String error,
      @Nullable String responseBody,
      @Nullable Map<String, String> responseHeaders,
      @Nullable String url,
      @Nullable String address) {

    static AttemptView of(RecordedAttempt attempt) {
      byte[] body = attempt.responseBody();
      return new AttemptView(
          attempt.number(),
          attempt.round(),
          attempt.outcome(),
          attempt.statusCode(),
          attempt.startedAt(),
          attempt.tookMillis(),
          attempt.error(),
          body == null ? null : new String(body, StandardCharsets.UTF_8),
          attempt.responseHeaders().isEmpty() ? null : attempt.responseHeaders(),
          attempt.url(),
          attempt.address());
    }
  }
}
