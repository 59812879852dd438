package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Events with an ordering key, to subscriptions that order them. */
@LongWaits
class OrderTest {
  private static final int KEYS = 10;

  private final RunningHoming homing = RunningHoming.shared();
  private final Api api = homing.api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @AfterEach
  void noSequenceStalls() {
    assertThat(homing.bean(MeterRegistry.class).get("homing.sequences.stalled").gauge().value())
        .isZero();
  }

  @Test
  void eachEventOfAKeyIsSentOnceThoseBeforeItAreOver() {
    Subscribed subscription = ordered(Map.of());
    CountDownLatch answer = receiver.holdsBack(200, 200);
    String first = publish(subscription, "a");
    receiver.awaitReceipts(1);
    List<String> waiting = List.of(publish(subscription, "a"), publish(subscription, "a"));
    String beside = publish(subscription, "b");
    String without = subscription.trigger();

    receiver.awaitEvents(List.of(beside, without));
    assertThat(receiver.receipts()).extracting(Receipt::id).doesNotContainAnyElementsOf(waiting);
    for (String event : waiting) {
      JsonNode delivery = api.delivery(api.deliveryId(event));
      assertThat(Api.text(delivery, "state")).isEqualTo("held");
      assertThat(Api.text(delivery, "reason")).isEqualTo("in_order");
      assertThat(delivery.get("next_attempt_at").isNull()).isTrue();
    }
    answer.countDown();

    receiver.awaitEvents(waiting);
    assertThat(receiptsAmong(List.of(first, waiting.get(0), waiting.get(1))))
        .containsExactly(first, waiting.get(0), waiting.get(1));
    waiting.forEach(event -> api.await(api.deliveryId(event), "delivered"));
  }

  @Test
  void tenKeysComeInOrder() {
    Subscribed subscription = ordered(Map.of());
    Map<String, List<String>> events = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      String key = "key-" + i % KEYS;
      events.computeIfAbsent(key, _ -> new ArrayList<>()).add(publish(subscription, key));
    }

    events.values().forEach(receiver::awaitEvents);

    events.values().forEach(all -> assertThat(receiptsAmong(all)).containsExactlyElementsOf(all));
  }

  /** Nodes look for what is due each second; a turn does not wait for that. */
  @Test
  void aTurnIsTakenAtOnce() {
    Subscribed subscription = ordered(Map.of());
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      CountDownLatch answer = receiver.holdsBack(200, 200);
      String head = publish(subscription, "a");
      receiver.awaitEvents(List.of(head));
      String next = publish(subscription, "a");
      Instant over = Instant.now();
      answer.countDown();
      receiver.awaitEvents(List.of(next));
      waits.add(Duration.between(over, receiver.receipts().getLast().cameAt()));
      api.await(api.deliveryId(next), "delivered");
    }

    assertThat(waits.stream().sorted().toList().get(waits.size() / 2))
        .isLessThan(Duration.ofMillis(500));
  }

  @Test
  void aFailingDeliveryBlocksThoseBehindIt() {
    Subscribed subscription = ordered(Api.IMPATIENT);
    receiver.answers(500, 500, 200);
    String first = publish(subscription, "a");
    String second = publish(subscription, "a");

    receiver.awaitEvents(List.of(second));

    assertThat(receiver.receipts().stream().map(Receipt::id))
        .containsExactly(first, first, first, second);
  }

  @Test
  void aDeliveryThatFailsForGoodIsSkipped() {
    Map<String, Object> terms = new HashMap<>(Api.ONCE);
    terms.put("on_failure", "skip");
    Subscribed subscription = ordered(terms);
    CountDownLatch answer = receiver.holdsBack(500, 200);
    String first = publish(subscription, "a");
    receiver.awaitReceipts(1);
    String second = publish(subscription, "a");
    answer.countDown();

    receiver.awaitEvents(List.of(second));

    JsonNode skipped = api.delivery(api.deliveryId(first));
    assertThat(Api.text(skipped, "state")).isEqualTo("failed");
    assertThat(Api.text(skipped, "reason")).isEqualTo("order_skipped");
  }

  @Test
  void aBlockedSequenceGoesOnAfterMaxBlock() {
    Map<String, Object> terms = new HashMap<>(Api.TWICE);
    terms.put("max_block", "2s");
    Subscribed subscription = ordered(terms);
    receiver.answers(500);
    String first = publish(subscription, "a");
    String second = publish(subscription, "a");

    JsonNode skipped = api.await(api.deliveryId(first), "failed");

    assertThat(Api.text(skipped, "reason")).isEqualTo("order_skipped");
    assertThat(skipped.get("attempt_count").intValue()).isGreaterThanOrEqualTo(2);
    receiver.awaitEvents(List.of(second));
  }

  @Test
  void cancellingTheHeadGivesTheNextItsTurn() {
    Subscribed subscription = ordered(Api.PATIENT);
    receiver.answers(500, 200);
    String head = api.deliveryId(publish(subscription, "a"));
    api.await(head, "retrying");
    String cancelled = api.deliveryId(publish(subscription, "a"));
    String next = publish(subscription, "a");

    assertThat(
            Api.text(api.post("/deliveries/" + cancelled + "/retry").expect(409).json(), "detail"))
        .isEqualTo("The delivery waits for its turn behind %s.".formatted(head));
    api.post("/deliveries/" + cancelled + "/cancel").expect(200);
    api.post("/deliveries/" + head + "/cancel").expect(200);

    api.await(api.deliveryId(next), "delivered");
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void retryingTheHeadSendsItBeforeThoseBehindIt() {
    Subscribed subscription = ordered(Api.PATIENT);
    receiver.answers(500, 200);
    String head = publish(subscription, "a");
    api.await(api.deliveryId(head), "retrying");
    String next = publish(subscription, "a");

    api.post("/deliveries/" + api.deliveryId(head) + "/retry").expect(202);

    receiver.awaitEvents(List.of(next));
    assertThat(receiver.receipts().stream().map(Receipt::id)).containsExactly(head, head, next);
  }

  @Test
  void aPausedSubscriptionKeepsItsOrder() {
    Subscribed subscription = ordered(Api.PATIENT);
    receiver.answers(500, 200);
    List<String> events = new ArrayList<>();
    events.add(publish(subscription, "a"));
    api.await(api.deliveryId(events.getFirst()), "retrying");
    api.change(subscription.id(), Map.of("enabled", false));
    for (int i = 0; i < 3; i++) {
      events.add(publish(subscription, "a"));
    }

    api.change(subscription.id(), Map.of("enabled", true));

    receiver.awaitEvents(events);
    assertThat(receiver.receipts().stream().map(Receipt::id).skip(1))
        .containsExactlyElementsOf(events);
  }

  @Test
  void deletingASubscriptionEndsItsSequences() {
    Subscribed subscription = ordered(Api.PATIENT);
    receiver.answers(500);
    String head = api.deliveryId(publish(subscription, "a"));
    api.await(head, "retrying");
    String next = api.deliveryId(publish(subscription, "a"));

    api.delete(subscription.path()).expect(204);

    assertThat(Api.text(api.await(next, "cancelled"), "reason")).isEqualTo("subscription_deleted");
    await().until(() -> waiting(subscription) == 0);
  }

  @Test
  void aGoneReceiverEndsItsSequences() {
    Subscribed subscription = ordered(Map.of());
    CountDownLatch answer = receiver.holdsBack(410);
    publish(subscription, "a");
    receiver.awaitReceipts(1);
    String next = api.deliveryId(publish(subscription, "a"));
    answer.countDown();

    assertThat(Api.text(api.await(next, "cancelled"), "reason")).isEqualTo("gone");
    await().until(() -> waiting(subscription) == 0);
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void theEventShowsItsKey() {
    Subscribed subscription = ordered(Map.of());

    assertThat(Api.text(api.event(publish(subscription, "customer/7")), "ordering_key"))
        .isEqualTo("customer/7");
    assertThat(api.event(subscription.trigger()).get("ordering_key").isNull()).isTrue();
  }

  @Test
  void aRepeatWithAnotherKeyIsAnotherRequest() {
    Subscribed subscription = ordered(Map.of());
    String[] headers = {"Idempotency-Key", subscription.id(), "Homing-Ordering-Key", "a"};
    String path = "/webhooks/" + subscription.type();
    String first = Api.id(api.send("POST", path, "{}", headers).expect(202));

    assertThat(Api.id(api.send("POST", path, "{}", headers).expect(202))).isEqualTo(first);
    headers[3] = "b";
    api.send("POST", path, "{}", headers).expect(422);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words"})
  void anUnusableKeyIsRefused(String key) {
    String path = "/webhooks/" + ordered(Map.of()).type();

    Api.Answer refused = api.send("POST", path, "{}", "Homing-Ordering-Key", key).expect(400);

    assertThat(Api.text(refused.json(), "detail"))
        .isEqualTo("Homing-Ordering-Key must be 1 to 128 visible ASCII characters.");
  }

  @Test
  void aKeyHasAtMost128Characters() {
    Subscribed subscription = ordered(Map.of());
    String path = "/webhooks/" + subscription.type();

    publish(subscription, "k".repeat(128));
    api.send("POST", path, "{}", "Homing-Ordering-Key", "k".repeat(129)).expect(400);
    api.send("POST", path, "{}", "Homing-Ordering-Key", "a", "Homing-Ordering-Key", "b")
        .expect(400);
  }

  private Subscribed ordered(Map<String, Object> more) {
    Map<String, Object> terms = new HashMap<>(more);
    terms.put("ordered", true);
    return api.subscribed(receiver, terms);
  }

  private String publish(Subscribed subscription, String key) {
    return Api.id(
        api.send("POST", "/webhooks/" + subscription.type(), "{}", "Homing-Ordering-Key", key)
            .expect(202));
  }

  /** The receipts of these events, in the order in which they came. */
  private List<String> receiptsAmong(List<String> events) {
    return receiver.receipts().stream().map(Receipt::id).filter(events::contains).toList();
  }

  private long waiting(Subscribed subscription) {
    return homing
        .bean(JdbcClient.class)
        .sql("select count(*) from sequences where waits and subscription_id = cast(:id as uuid)")
        .param("id", subscription.id().substring(4))
        .query(Long.class)
        .single();
  }
}
