package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Retrying and cancelling deliveries through the API. */
class DeliveryActionsTest {
  private final Api api = RunningHoming.shared().api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void retrySendsAWaitingDeliveryNow() {
    String id = waiting();
    receiver.answers(200);

    JsonNode accepted = api.post("/deliveries/" + id + "/retry").expect(202).json();

    assertThat(accepted.get("round").intValue()).isEqualTo(2);
    api.await(id, "delivered");
    assertThat(receiver.receipts()).extracting(Receipt::attempt).containsExactly(1, 2);
  }

  @Test
  void retrySendsADeliveredOneAgain() {
    String event = api.subscribed(receiver).trigger();
    String id = api.deliveryId(event);
    api.await(id, "delivered");

    api.post("/deliveries/" + id + "/retry").expect(202);

    assertThat(receiver.awaitReceipts(2)).extracting(Receipt::id).containsOnly(event);
    assertThat(api.awaitDelivery(id, "attempt_count", 2).get("round").intValue()).isEqualTo(2);
    api.await(id, "delivered");
  }

  @Test
  void aFailedRetryFollowsTheScheduleAgain() {
    String id = api.subscribed(receiver.answers(500), Api.ONCE).newDelivery("failed");

    api.post("/deliveries/" + id + "/retry").expect(202);

    JsonNode again = api.awaitDelivery(id, "attempt_count", 2);
    assertThat(Api.text(again, "state")).isEqualTo("failed");
    assertThat(again.get("round").intValue()).isEqualTo(2);
  }

  @Test
  void cancelEndsAWaitingDelivery() {
    String id = waiting();

    JsonNode cancelled = api.post("/deliveries/" + id + "/cancel").expect(200).json();

    assertThat(Api.text(cancelled, "state")).isEqualTo("cancelled");
    assertThat(Api.text(cancelled, "reason")).isEqualTo("cancelled");
    assertThat(cancelled.get("next_attempt_at").isNull()).isTrue();
    api.post("/deliveries/" + id + "/cancel").expect(200);
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void cancelOfAPendingDeliveryPreventsRetries() {
    CountDownLatch answer = receiver.holdsBack(500);
    String id = api.subscribed(receiver, Api.IMPATIENT).newDelivery();
    receiver.awaitReceipts(1);
    api.post("/deliveries/" + id + "/retry").expect(409);

    api.post("/deliveries/" + id + "/cancel").expect(200);
    answer.countDown();

    JsonNode recorded = api.awaitDelivery(id, "attempt_count", 1);
    assertThat(Api.text(recorded, "state")).isEqualTo("cancelled");
  }

  @Test
  void anAttemptUnderWayDeliversDespiteACancel() {
    CountDownLatch answer = receiver.holdsBack(200);
    String id = api.subscribed(receiver).newDelivery();
    receiver.awaitReceipts(1);

    api.post("/deliveries/" + id + "/cancel").expect(200);
    answer.countDown();

    api.await(id, "delivered");
  }

  @Test
  void aFinishedDeliveryCannotBeCancelled() {
    String id = api.subscribed(receiver).newDelivery("delivered");

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
  void enablingEachSubscriptionSendsItsHeldDeliveries() {
    Map<String, String> waiting = new LinkedHashMap<>();
    receiver.answers(500);
    for (int i = 0; i < 6; i++) {
      Subscribed subscription = api.subscribed(receiver, Api.PATIENT);
      waiting.put(subscription.id(), subscription.newDelivery());
    }
    waiting.values().forEach(id -> api.await(id, "retrying"));
    waiting.keySet().forEach(id -> api.change(id, Map.of("enabled", false)));
    receiver.answers(200);

    waiting.keySet().forEach(id -> api.change(id, Map.of("enabled", true)));

    waiting.values().forEach(id -> api.await(id, "delivered"));
  }

  private String waiting() {
    return api.subscribed(receiver.answers(500), Api.PATIENT).newDelivery("retrying");
  }
}
