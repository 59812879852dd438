package dev.homing.app.delivery;

import dev.homing.activities.delivery.RecordedAttempt;
import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.page.Outcomes;
import dev.homing.app.page.Payload;
import dev.homing.app.page.Text;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An attempt as a page shows it.
 *
 * @param brief what came back
 * @param url what was called, without its query; of one that delivered, what the subscription has
 *     now, as its own is not kept; empty: not known
 * @param isUrlKept whether the URL is that of the attempt
 * @param address the IP address that was called; empty if it delivered, or is not known
 * @param sent the headers that Homing sent; those of the subscription as they are now
 * @param body the start of the answer; null: none was kept
 */
record ShownAttempt(
    int number,
    int round,
    String outcome,
    String brief,
    String tone,
    Instant at,
    String took,
    String error,
    String url,
    boolean isUrlKept,
    String address,
    Map<String, String> sent,
    @Nullable Payload body,
    Map<String, String> headers,
    String advice) {

  /**
   * As it was recorded.
   *
   * @param event null: it is no longer kept
   * @param terms of its subscription, as they are now; null: it is gone
   */
  static ShownAttempt of(
      RecordedAttempt attempt, Events.@Nullable Event event, @Nullable Terms terms) {
    byte[] body = attempt.responseBody();
    boolean delivered = attempt.outcome().equals("delivered");
    String now = terms == null ? "" : terms.url().replaceFirst("\\?.*", "");
    return new ShownAttempt(
        attempt.number(),
        attempt.round(),
        attempt.outcome(),
        Outcomes.brief(attempt.outcome(), attempt.statusCode()),
        delivered ? "good" : "bad",
        attempt.startedAt(),
        Text.millis(attempt.tookMillis()),
        Text.visible(attempt.error()),
        Text.visible(attempt.url() == null ? now : attempt.url()),
        attempt.url() != null,
        Text.visible(attempt.address()),
        event == null || terms == null
            ? Map.of()
            : visible(
                SentHeaders.of(
                    event,
                    terms,
                    attempt.number(),
                    Long.toString(attempt.startedAt().getEpochSecond()),
                    SentHeaders.MASKED,
                    SentHeaders.MASKED)),
        body == null || body.length == 0 ? null : readable(body),
        visible(attempt.responseHeaders()),
        delivered ? "" : Outcomes.advice(attempt.outcome(), attempt.statusCode()));
  }

  private static Map<String, String> visible(Map<String, String> headers) {
    Map<String, String> visible = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach((name, value) -> visible.put(Text.visible(name), Text.visible(value)));
    return visible;
  }

  /** Bytes that are not UTF-8 are replaced, as in the API. */
  private static Payload readable(byte[] body) {
    return Payload.of(new String(body, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
  }
}
