package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The API shows what operators do to events with the Temporal CLI. */
@LongWaits
class EventOperatorsTest {
  private final Api api = RunningHoming.shared().api();
  private final Operator operator = Operator.shared();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final ScriptedReceiver another = ScriptedReceiver.start();

  @Test
  void cancellingAnEventUnderWayCancelsItsOpenDeliveries() {
    String type = Types.unique();
    CountDownLatch answer = another.holdsBack(500);
    String well = api.subscribe(receiver, type, Api.PATIENT);
    String slow = api.subscribe(another, type, slow(Api.PATIENT));
    String event = api.trigger(type);
    receiver.awaitReceipts(1);
    another.awaitReceipts(1);

    operator.awaitStatus(event, "RUNNING");
    operator.cli("workflow", "cancel", "-w", event);
    answer.countDown();

    JsonNode cancelled = api.await(api.deliveryId(event, slow), "cancelled");
    assertThat(Api.text(cancelled, "reason")).isEqualTo("cancelled");
    assertThat(cancelled.get("attempt_count").intValue()).isEqualTo(1);
    assertThat(Api.text(api.delivery(api.deliveryId(event, well)), "state")).isEqualTo("delivered");
    operator.awaitStatus(event, "CANCELED");
  }

  @Test
  void cancellingAnEventSparesARetriedDelivery() {
    String type = Types.unique();
    CountDownLatch answer = another.holdsBack(500);
    String retried = api.subscribe(receiver.answers(500, 200), type, Api.PATIENT);
    String slow = api.subscribe(another, type, slow(Api.PATIENT));
    String event = api.trigger(type);
    api.await(api.deliveryId(event, retried), "retrying");

    operator.awaitStatus(event, "RUNNING");
    operator.cli("workflow", "cancel", "-w", event);
    api.post("/deliveries/" + api.deliveryId(event, retried) + "/retry").expect(202);
    answer.countDown();

    api.await(api.deliveryId(event, slow), "cancelled");
    operator.awaitStatus(event, "CANCELED");
    api.await(api.deliveryId(event, retried), "delivered");
  }

  @Test
  void resettingAnEventResendsItToReceiversWithoutIt() {
    String type = Types.unique();
    api.subscribe(receiver, type, Api.PATIENT);
    String broken = api.subscribe(another.answers(500), type, Api.ONCE);
    String event = api.trigger(type);
    String id = api.deliveryId(event, broken);
    api.await(id, "failed");
    operator.awaitStatus(event, "COMPLETED");
    another.answers(200);

    operator.resetWorkflow(event);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
    assertThat(another.receipts()).hasSize(2);
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void resettingAnEventSendsWaitingDeliveriesAtOnce() {
    String event = api.subscribed(receiver.answers(500), Api.PATIENT).trigger();
    String id = api.deliveryId(event);
    operator.awaitPendingActivity(id);
    operator.awaitStatus(event, "COMPLETED");
    receiver.answers(200);

    operator.resetWorkflow(event);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void anEventTerminatedUnderWayIsStillDelivered() {
    CountDownLatch answer = receiver.holdsBack(200);
    String event = api.subscribed(receiver, slow(Api.IMPATIENT)).trigger();
    receiver.awaitReceipts(1);

    operator.awaitStatus(event, "RUNNING");
    operator.cli("workflow", "terminate", "-w", event);
    answer.countDown();

    api.await(api.deliveryId(event), "delivered");
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void aFailedFirstAttemptIsRetriedThoughItsEventIsTerminated() {
    CountDownLatch answer = receiver.holdsBack(500, 200);
    String event = api.subscribed(receiver, slow(Api.IMPATIENT)).trigger();
    receiver.awaitReceipts(1);

    operator.awaitStatus(event, "RUNNING");
    operator.cli("workflow", "terminate", "-w", event);
    answer.countDown();

    api.await(api.deliveryId(event), "delivered");
  }

  /** Options of a receiver that answers only once an operator has acted, which takes seconds. */
  private static Map<String, Object> slow(Map<String, Object> options) {
    Map<String, Object> slow = new HashMap<>(options);
    slow.put("timeout", "60s");
    return slow;
  }
}
