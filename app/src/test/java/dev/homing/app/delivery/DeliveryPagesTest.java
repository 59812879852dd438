package dev.homing.app.delivery;

import static dev.homing.app.page.Browser.element;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.journey.Subscribed;
import dev.homing.app.page.Browser;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What the pages of deliveries show of each request, of the schedule, and of their filters. */
class DeliveryPagesTest {
  private static final Api API = RunningHoming.shared().api();
  private static final Browser BROWSER = Browser.of(API);

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start().answers(503);

  private Subscribed subscribed(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(more);
    all.put("headers", Map.of("X-Team", "billing"));
    all.put("secret_headers", Map.of("X-Token", "never-shown"));
    return API.subscribed(receiver, all);
  }

  @Test
  void anAttemptShowsItsRequestWithoutItsSecrets() {
    String id = subscribed(Api.PATIENT).newDelivery("retrying");
    var sent = receiver.awaitReceipts(1).getFirst();

    Document page = BROWSER.page("/ui/deliveries/" + id);

    assertThat(page.select(".called").text()).startsWith("POST " + receiver.url());
    assertThat(page.select("pre.sent").getFirst().wholeText().lines())
        .contains(
            "webhook-attempt: 1",
            "webhook-id: " + Api.text(API.delivery(id), "event_id"),
            "webhook-timestamp: " + sent.header("webhook-timestamp"),
            "webhook-signature: •••",
            "content-type: application/json",
            "X-Team: billing",
            "X-Token: •••");
    assertThat(page.text()).doesNotContain("never-shown");
    assertThat(element(page, "curl").wholeText())
        .contains("-H 'webhook-attempt: 1'", "-H 'X-Token: <secret>'");
  }

  @Test
  void oneThatDeliveredShowsItsRequestAsWell() {
    receiver.answers(200);
    String id = subscribed(Map.of()).newDelivery("delivered");

    Document page = BROWSER.page("/ui/deliveries/" + id);

    assertThat(page.select(".called").text()).isEqualTo("POST " + receiver.url());
    assertThat(page.select("pre.sent").text()).contains("webhook-attempt: 1");
    assertThat(page.text()).contains("The URL and the subscription's own headers are those");
    assertThat(page.text()).doesNotContain("gives up");
  }

  /** Two waits, of an hour and of two, after which it is given up. */
  @Test
  void oneThatWaitsSaysHowFarItHasComeAndWhenItGivesUp() {
    String id =
        subscribed(Map.of("retry", Map.of("max_attempts", 3, "initial_interval", "1h")))
            .newDelivery("retrying");

    Document page = BROWSER.page("/ui/deliveries/" + id);

    assertThat(page.select(".notice").text()).contains("attempt 1 of 3", "gives up about");
    Instant givesUp =
        Instant.parse(page.select(".line li").getLast().select("time").attr("datetime"));
    Instant next = Instant.parse(Api.text(API.delivery(id), "next_attempt_at"));
    assertThat(Duration.between(next, givesUp))
        .isBetween(Duration.ofMinutes(119), Duration.ofMinutes(133));
    assertThat(page.select(".line li:contains(#1) time")).hasSize(1);
  }

  @Test
  void theFilterByAnEventIsShownAndCleared() {
    String id = subscribed(Api.ONCE).newDelivery("failed");
    String event = Api.text(API.delivery(id), "event_id");

    Document page = BROWSER.page("/ui/deliveries?state=failed&event_id=" + event);

    assertThat(page.select(".only a.mono").attr("href")).isEqualTo("/ui/events/" + event);
    assertThat(page.select(".only .button").attr("href")).isEqualTo("/ui/deliveries?state=failed");
    assertThat(page.select("tbody tr")).hasSize(1);
  }

  /** By the time at which it was given up, which may be days after its event was accepted. */
  @Test
  void thoseGivenUpSinceATimeAreFound() {
    String id = subscribed(Api.ONCE).newDelivery("failed");
    Instant updated = Instant.parse(Api.text(API.delivery(id), "updated_at"));
    String event = Api.text(API.delivery(id), "event_id");
    String path = "/ui/deliveries?state=failed&event_id=" + event + "&changed_since=";

    Document page = BROWSER.page(path + updated);

    assertThat(page.select("tbody tr")).hasSize(1);
    assertThat(page.select(".only").text()).contains("were given up since");
    assertThat(BROWSER.page(path + updated.plusMillis(1)).select("tbody tr")).isEmpty();
    assertThat(BROWSER.get(path + "yesterday").expect(400).text())
        .contains("changed_since must be a time");
    assertThat(List.of(page.select("input[name=changed_since]").val()))
        .containsExactly(updated.toString());
  }
}
