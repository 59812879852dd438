package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Rules of all lists: times, parameters, order and cursors. */
class ListsTest {
  private static final RunningHoming HOMING = RunningHoming.shared();
  private final Api api = HOMING.api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  // One time.

  @Test
  void itemIsFoundByItsShownTime() {
    Subscribed subscription = api.subscribed(receiver);
    String event = subscription.trigger();
    String delivery = api.deliveryId(event);
    api.await(delivery, "delivered");

    String filter = "?event_type=" + subscription.type();
    assertFoundByItsTime("/events" + filter, event, "accepted_at");
    assertFoundByItsTime("/deliveries" + filter, delivery, "created_at");
    assertFoundByItsTime("/subscriptions" + filter, subscription.id(), "created_at");
    String audit = "/audit?target=" + subscription.id();
    assertFoundByItsTime(audit, text(items(audit).getFirst(), "id"), "at");
    assertThat(text(api.delivery(delivery), "created_at"))
        .isEqualTo(text(api.event(event), "accepted_at"));
  }

  private void assertFoundByItsTime(String list, String id, String field) {
    String shown =
        items(list).stream()
            .filter(item -> text(item, "id").equals(id))
            .map(item -> text(item, field))
            .findFirst()
            .orElseThrow();
    assertThat(ids(list + "&since=" + shown)).as(list).contains(id);
    assertThat(ids(list + "&since=" + Instant.parse(shown).plusNanos(1))).doesNotContain(id);
    assertThat(ids(list + "&until=" + shown)).doesNotContain(id);
    assertThat(ids(list + "&until=" + Instant.parse(shown).plusNanos(1))).contains(id);
  }

  @Test
  void pendingDeliveryIsListedByEachFilterAndKeepsItsTime() {
    CountDownLatch answer = receiver.holdsBack(200);
    Subscribed subscription = api.subscribed(receiver);
    String event = subscription.trigger();
    receiver.awaitReceipts(1);
    String delivery = api.deliveryId(event);
    String created = text(api.delivery(delivery), "created_at");

    for (String filter :
        List.of(
            "event_type=" + subscription.type(),
            "type=" + subscription.type(),
            "subscription_id=" + subscription.id(),
            "subscription=" + subscription.id(),
            "event_id=" + event,
            "event=" + event,
            "state=pending",
            "since=" + created)) {
      assertThat(ids("/deliveries?limit=250&" + filter)).as(filter).contains(delivery);
    }

    answer.countDown();
    assertThat(text(api.await(delivery, "delivered"), "created_at")).isEqualTo(created);
  }

  // In the order in which items change.

  @Test
  void pollerSeesEachChangeOnce() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    String list = "/deliveries?order=updated_at&event_type=" + subscription.type();
    JsonNode page = api.get(list).expect(200).json();
    assertThat(page.get("items")).isEmpty();
    String one = subscription.newDelivery("retrying");
    String two = subscription.newDelivery("retrying");

    String cursor = text(page, "next_cursor");
    List<JsonNode> changes = new ArrayList<>();
    cursor = poll(list, cursor, changes, 2);
    api.post("/deliveries/" + one + "/cancel").expect(200);
    cursor = poll(list, cursor, changes, 3);

    assertThat(changes).extracting(item -> text(item, "id")).containsExactly(one, two, one);
    assertThat(changes.getLast().get("state").stringValue()).isEqualTo("cancelled");
    assertThat(api.get(list + "&cursor=" + cursor).expect(200).json().get("items")).isEmpty();
  }

  /** Polls until this many have come; another transaction may delay them for a moment. */
  private String poll(String list, String cursor, List<JsonNode> all, int count) {
    List<String> cursors = new ArrayList<>(List.of(cursor));
    await()
        .until(
            () -> {
              JsonNode page = api.get(list + "&cursor=" + cursors.getLast()).expect(200).json();
              page.get("items").forEach(all::add);
              cursors.add(text(page, "next_cursor"));
              return all.size() >= count;
            });
    assertThat(all).hasSize(count);
    return cursors.getLast();
  }

  @Test
  void eventsAndAuditEntriesComeInTheOrderInWhichTheyAppear() {
    String type = Types.unique();
    List<String> events = IntStream.range(0, 5).mapToObj(_ -> api.trigger(type)).toList();
    String subscription = api.subscribe(receiver, type, Map.of());
    api.change(subscription, Map.of("description", "another"));

    await()
        .untilAsserted(
            () ->
                assertThat(walk("/events?order=accepted_at&limit=2&event_type=" + type, 5))
                    .isEqualTo(events));
    await()
        .untilAsserted(
            () ->
                assertThat(items("/audit?order=at&target=" + subscription))
                    .extracting(entry -> text(entry, "action"))
                    .containsExactly("subscription.created", "subscription.changed"));
  }

  private List<String> walk(String list, int count) {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    for (int pages = 0; pages < count; pages++) {
      JsonNode page = api.get(list + cursor).expect(200).json();
      page.get("items").forEach(item -> ids.add(text(item, "id")));
      cursor = "&cursor=" + text(page, "next_cursor");
    }
    return ids;
  }

  // Cursors.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/events?limit=1",
        "/subscriptions?limit=1",
        "/deliveries?limit=1",
        "/audit?limit=1"
      })
  void changedCursorIsRefused(String list) {
    api.subscribed(receiver).trigger(2);
    String cursor = text(api.get(list).expect(200).json(), "next_cursor");
    api.get(list.replace("limit=1", "limit=2") + "&cursor=" + cursor).expect(200);

    Set<String> wrong = new HashSet<>(Set.of("", "AAAA", cursor + "A", cursor + "="));
    for (int i = 0; i < cursor.length(); i++) {
      String other = cursor.charAt(i) == 'a' ? "b" : "a";
      wrong.add(cursor.substring(0, i) + other + cursor.substring(i + 1));
      wrong.add(cursor.substring(0, i) + cursor.substring(i + 1));
    }
    wrong.remove(cursor);
    for (String each : wrong) {
      assertThat(api.get(list + "&cursor=" + each).expect(400).text())
          .as(each)
          .contains("cursor must be a next_cursor");
    }
  }

  @Test
  void cursorOfAnotherListIsRefused() {
    Subscribed subscription = api.subscribed(receiver);
    subscription.trigger(2);
    String type = subscription.type();
    String cursor = text(api.get("/events?limit=1&event_type=" + type).json(), "next_cursor");
    api.get("/events?event_type=" + type + "&cursor=" + cursor).expect(200);
    api.get("/events?type=" + type + "&cursor=" + cursor).expect(200);

    for (String other :
        List.of(
            "/events?cursor=" + cursor,
            "/events?event_type=other.type&cursor=" + cursor,
            "/events?event_type=" + type + "&since=2026-01-01T00:00:00Z&cursor=" + cursor,
            "/events?event_type=" + type + "&order=accepted_at&cursor=" + cursor,
            "/deliveries?event_type=" + type + "&cursor=" + cursor)) {
      api.get(other).expect(400);
    }
  }

  private List<String> ids(String list) {
    return items(list).stream().map(item -> text(item, "id")).toList();
  }

  private List<JsonNode> items(String list) {
    return api.get(list).expect(200).json().get("items").values().stream().toList();
  }

  private static String text(JsonNode node, String field) {
    return Api.text(node, field);
  }
}
