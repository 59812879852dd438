package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What people wish of a delivery through the API. */
class DeliveryActionsTest {
  private final Api api = RunningHoming.shared().api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void retryingSendsNowWhatWaits() {
    String id = waiting();
    receiver.answers(200);

    JsonNode accepted = api.post("/deliveries/" + id + "/retry").expect(202).json();

    assertThat(accepted.get("round").intValue()).isEqualTo(2);
    api.await(id, "delivered");
    assertThat(receiver.receipts()).extracting(Receipt::attempt).containsExactly(1, 2);
  }

  @Test
  void retryingSendsOnceMoreWhatWasDelivered() {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    String event = api.trigger(type);
    String id = api.deliveryId(event);
    api.await(id, "delivered");

    api.post("/deliveries/" + id + "/retry").expect(202);

    assertThat(receiver.awaitReceipts(2)).extracting(Receipt::id).containsOnly(event);
    assertThat(api.awaitDelivery(id, "attempt_count", 2).get("round").intValue()).isEqualTo(2);
    api.await(id, "delivered");
  }

  @Test
  void aRetryThatFailsWaitsByTheScheduleAgain() {
    String type = Types.unique();
    api.subscribe(
        receiver.answers(500),
        type,
        Map.of("retry", Map.of("max_attempts", 1, "initial_interval", "1s")));
    String id = api.deliveryId(api.trigger(type));
    api.await(id, "failed");

    api.post("/deliveries/" + id + "/retry").expect(202);

    JsonNode again = api.awaitDelivery(id, "attempt_count", 2);
    assertThat(Api.text(again, "state")).isEqualTo("failed");
    assertThat(again.get("round").intValue()).isEqualTo(2);
  }

  @Test
  void cancellingEndsWhatWaits() {
    String id = waiting();

    JsonNode cancelled = api.post("/deliveries/" + id + "/cancel").expect(200).json();

    assertThat(Api.text(cancelled, "state")).isEqualTo("cancelled");
    assertThat(Api.text(cancelled, "reason")).isEqualTo("cancelled");
    assertThat(cancelled.get("next_attempt_at").isNull()).isTrue();
    api.post("/deliveries/" + id + "/cancel").expect(200);
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void cancellingWhatIsPendingKeepsAFailureFromBeingTriedAgain() {
    String type = Types.unique();
    CountDownLatch answer = new CountDownLatch(1);
    api.subscribe(
        receiver.answers(ScriptedReceiver.Reply.status(500).after(answer)), type, Api.IMPATIENT);
    String id = api.deliveryId(api.trigger(type));
    receiver.awaitReceipts(1);
    api.post("/deliveries/" + id + "/retry").expect(409);

    api.post("/deliveries/" + id + "/cancel").expect(200);
    answer.countDown();

    JsonNode recorded = api.awaitDelivery(id, "attempt_count", 1);
    assertThat(Api.text(recorded, "state")).isEqualTo("cancelled");
  }

  @Test
  void whatIsCancelledWhileItArrivesIsDelivered() {
    String type = Types.unique();
    CountDownLatch answer = new CountDownLatch(1);
    api.subscribe(
        receiver.answers(ScriptedReceiver.Reply.status(200).after(answer)), type, Map.of());
    String id = api.deliveryId(api.trigger(type));
    receiver.awaitReceipts(1);

    api.post("/deliveries/" + id + "/cancel").expect(200);
    answer.countDown();

    api.await(id, "delivered");
  }

  @Test
  void whatIsOverCannotBeCancelled() {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    String id = api.deliveryId(api.trigger(type));
    api.await(id, "delivered");

    Api.Answer refused = api.post("/deliveries/" + id + "/cancel").expect(409);

    assertThat(Api.text(refused.json(), "detail")).isEqualTo("The delivery is already delivered.");
  }

  @Test
  void retryRightAfterACancelSends() {
    List<String> ids = List.of(waiting(), waiting(), waiting());
    receiver.answers(200);

    for (String id : ids) {
      api.post("/deliveries/" + id + "/cancel").expect(200);
      api.post("/deliveries/" + id + "/retry").expect(202);
    }

    for (String id : ids) {
      assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
    }
  }

  @Test
  void enablingSubscriptionsOneAfterTheOtherSendsWhatWaitsForEach() {
    Map<String, String> waiting = new LinkedHashMap<>();
    receiver.answers(500);
    for (int i = 0; i < 6; i++) {
      String type = Types.unique();
      String subscription = api.subscribe(receiver, type, Api.PATIENT);
      waiting.put(subscription, api.deliveryId(api.trigger(type)));
    }
    waiting.values().forEach(id -> api.await(id, "retrying"));
    waiting.keySet().forEach(id -> api.change(id, Map.of("enabled", false)));
    receiver.answers(200);

    waiting.keySet().forEach(id -> api.change(id, Map.of("enabled", true)));

    waiting.values().forEach(id -> api.await(id, "delivered"));
  }

  private String waiting() {
    String type = Types.unique();
    api.subscribe(receiver.answers(500), type, Api.PATIENT);
    String id = api.deliveryId(api.trigger(type));
    api.await(id, "retrying");
    return id;
  }
}
