package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.development.TemporalPart;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators do with the Temporal CLI is seen in the API. */
class OperatorsTest {
  /** Temporal starts the workflows of others meanwhile. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Api api = RunningHoming.shared().api();
  private final TemporalPart temporal = RealParts.shared().temporal();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final ScriptedReceiver another = ScriptedReceiver.start();

  @Test
  void cancellingAWaitingDeliveryEndsIt() {
    String id = waiting();

    temporal.cli("workflow", "cancel", "-w", id);

    assertThat(Api.text(api.await(id, "cancelled"), "reason")).isEqualTo("cancelled");
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void retryRightAfterACancelSends() {
    String id = waiting();
    receiver.answers(200);

    temporal.cli("workflow", "cancel", "-w", id);
    api.post("/deliveries/" + id + "/retry").expect(202);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
  }

  @Test
  void runOfACancelledDeliveryEnds() {
    String id = waiting();

    api.post("/deliveries/" + id + "/cancel").expect(200);

    awaitStatus(id, "CANCELED");
  }

  @Test
  void runsOfADeletedSubscriptionEnd() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    List<String> ids = List.of(waiting(subscription), waiting(subscription));

    api.delete(subscription.path()).expect(204);

    ids.forEach(id -> awaitStatus(id, "CANCELED"));
  }

  @Test
  void anAttemptUnderWayMayStillDeliverDespiteACancel() {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answers(Reply.status(500), Reply.status(200).after(answer));
    String id = api.subscribed(receiver, Api.IMPATIENT).newDelivery();
    receiver.awaitReceipts(2);

    temporal.cli("workflow", "cancel", "-w", id);
    answer.countDown();

    api.await(id, "delivered");
    awaitStatus(id, "COMPLETED", "CANCELED");
    assertThat(Api.text(api.delivery(id), "state")).isEqualTo("delivered");
  }

  @Test
  void resettingAWaitingDeliverySendsItInANewRound() {
    String id = waiting();
    receiver.answers(200);

    resetWorkflow(id);

    JsonNode delivered = api.await(id, "delivered");
    assertThat(delivered.get("round").intValue()).isEqualTo(2);
    assertThat(receiver.receipts()).extracting(Receipt::attempt).containsExactly(1, 2);
    awaitStatus(id, "COMPLETED");
  }

  @Test
  void resettingADeliveredDeliverySendsItOnceMore() {
    String id = api.subscribed(receiver.answers(500, 200), Api.IMPATIENT).newDelivery("delivered");
    awaitStatus(id, "COMPLETED");

    resetWorkflow(id);

    receiver.awaitReceipts(3);
    assertThat(api.awaitDelivery(id, "attempt_count", 3).get("round").intValue()).isEqualTo(2);
    api.await(id, "delivered");
    assertThat(receiver.receipts()).extracting(Receipt::attempt).containsExactly(1, 2, 3);
  }

  @Test
  void resettingAFailedDeliveryRestartsItsSchedule() {
    String id = api.subscribed(receiver.answers(500), Api.TWICE).newDelivery("failed");
    awaitStatus(id, "FAILED");

    resetWorkflow(id);

    JsonNode failed = api.awaitDelivery(id, "attempt_count", 4);
    assertThat(failed.get("round").intValue()).isEqualTo(2);
    assertThat(Api.text(failed, "state")).isEqualTo("failed");
  }

  @Test
  void resettingACancelledDeliverySendsIt() {
    String id = waiting();
    temporal.cli("workflow", "cancel", "-w", id);
    api.await(id, "cancelled");
    awaitStatus(id, "CANCELED");
    receiver.answers(200);

    resetWorkflow(id);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
  }

  @Test
  void aPausedActivityDoesNotRunUntilUnpaused() {
    String id = api.subscribed(receiver.answers(500, 200), Api.IMPATIENT).newDelivery();
    String activity = awaitPendingActivity(id);

    temporal.cli("activity", "pause", "-w", id, "-a", activity);
    Instant due = Instant.parse(Api.text(api.delivery(id), "next_attempt_at"));
    await().until(() -> Instant.now().isAfter(due.plusSeconds(1)));
    assertThat(receiver.receipts()).hasSize(1);

    temporal.cli("activity", "unpause", "-w", id, "-a", activity);
    api.await(id, "delivered");
  }

  @Test
  void aResetActivityRunsNow() {
    String id = waiting();
    receiver.answers(200);

    temporal.cli("activity", "reset", "-w", id, "-a", awaitPendingActivity(id));

    JsonNode delivered = api.await(id, "delivered");
    assertThat(delivered.get("round").intValue()).isEqualTo(1);
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void oneQueryCancelsAllDeliveriesOfASubscription() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    List<String> ids = List.of(waiting(subscription), waiting(subscription), waiting(subscription));
    String query = awaitListed(subscription.id(), ids.size());

    temporal.cli("workflow", "cancel", "--query", query, "--reason", "x", "-y");

    ids.forEach(id -> api.await(id, "cancelled"));
    assertThat(receiver.receipts()).hasSize(3);
  }

  @Test
  void oneQueryResendsAllDeliveriesOfASubscription() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    List<String> ids = List.of(waiting(subscription), waiting(subscription), waiting(subscription));
    String query = awaitListed(subscription.id(), ids.size());
    receiver.answers(200);

    temporal.cli(
        "workflow",
        "reset",
        "--query",
        query,
        "--type",
        "FirstWorkflowTask",
        "--reason",
        "x",
        "-y");

    ids.forEach(id -> api.await(id, "delivered"));
    assertThat(receiver.receipts()).hasSize(6);
  }

  @Test
  void aTerminatedDeliveryIsCancelled() {
    String id = waiting();

    temporal.cli("workflow", "terminate", "-w", id);

    assertThat(Api.text(api.await(id, "cancelled"), "reason")).isEqualTo("terminated");
    receiver.answers(200);
    api.post("/deliveries/" + id + "/retry").expect(202);
    api.await(id, "delivered");
  }

  @Test
  void cancellingAnEventUnderWayCancelsItsOpenDeliveries() {
    String type = Types.unique();
    CountDownLatch answer = another.holdsBack(500);
    String well = api.subscribe(receiver, type, Api.PATIENT);
    String slow = api.subscribe(another, type, Api.PATIENT);
    String event = api.trigger(type);
    receiver.awaitReceipts(1);
    another.awaitReceipts(1);

    awaitStatus(event, "RUNNING");
    temporal.cli("workflow", "cancel", "-w", event);
    answer.countDown();

    JsonNode cancelled = api.await(api.deliveryId(event, slow), "cancelled");
    assertThat(Api.text(cancelled, "reason")).isEqualTo("cancelled");
    assertThat(cancelled.get("attempt_count").intValue()).isEqualTo(1);
    assertThat(Api.text(api.delivery(api.deliveryId(event, well)), "state")).isEqualTo("delivered");
    awaitStatus(event, "CANCELED");
  }

  @Test
  void cancellingAnEventSparesARetriedDelivery() {
    String type = Types.unique();
    CountDownLatch answer = another.holdsBack(500);
    String retried = api.subscribe(receiver.answers(500, 200), type, Api.PATIENT);
    String slow = api.subscribe(another, type, Api.PATIENT);
    String event = api.trigger(type);
    api.await(api.deliveryId(event, retried), "retrying");

    awaitStatus(event, "RUNNING");
    temporal.cli("workflow", "cancel", "-w", event);
    api.post("/deliveries/" + api.deliveryId(event, retried) + "/retry").expect(202);
    answer.countDown();

    api.await(api.deliveryId(event, slow), "cancelled");
    awaitStatus(event, "CANCELED");
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
    awaitStatus(event, "COMPLETED");
    another.answers(200);

    resetWorkflow(event);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
    assertThat(another.receipts()).hasSize(2);
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void resettingAnEventSendsWaitingDeliveriesAtOnce() {
    String event = api.subscribed(receiver.answers(500), Api.PATIENT).trigger();
    String id = api.deliveryId(event);
    awaitPendingActivity(id);
    awaitStatus(event, "COMPLETED");
    receiver.answers(200);

    resetWorkflow(event);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void anEventTerminatedUnderWayIsStillDelivered() {
    CountDownLatch answer = receiver.holdsBack(200);
    String event = api.subscribed(receiver, Api.IMPATIENT).trigger();
    receiver.awaitReceipts(1);

    awaitStatus(event, "RUNNING");
    temporal.cli("workflow", "terminate", "-w", event);
    answer.countDown();

    api.await(api.deliveryId(event), "delivered");
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void aFailedFirstAttemptIsRetriedThoughItsEventIsTerminated() {
    CountDownLatch answer = receiver.holdsBack(500, 200);
    String event = api.subscribed(receiver, Api.IMPATIENT).trigger();
    receiver.awaitReceipts(1);

    awaitStatus(event, "RUNNING");
    temporal.cli("workflow", "terminate", "-w", event);
    answer.countDown();

    api.await(api.deliveryId(event), "delivered");
  }

  private String waiting() {
    return waiting(api.subscribed(receiver.answers(500), Api.PATIENT));
  }

  /** A delivery of a new event whose workflow waits. */
  private String waiting(Subscribed subscription) {
    String id = subscription.newDelivery();
    awaitPendingActivity(id);
    return id;
  }

  /** The id of the activity whose retry a delivery's workflow waits for. */
  private String awaitPendingActivity(String id) {
    return await(id)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(
            () -> describe(id).get("pendingActivities").get(0),
            activity -> activity.get("attempt").asInt() > 1)
        .get("activityId")
        .stringValue();
  }

  private void awaitStatus(String workflow, String... statuses) {
    await(workflow)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(List.of(statuses))
                    .map(status -> "WORKFLOW_EXECUTION_STATUS_" + status)
                    .contains(Api.text(describe(workflow).get("workflowExecutionInfo"), "status")));
  }

  private JsonNode describe(String workflow) {
    return JsonMapper.shared()
        .readTree(temporal.cli("workflow", "describe", "-w", workflow, "-o", "json"));
  }

  private void resetWorkflow(String id) {
    temporal.cli("workflow", "reset", "-w", id, "--type", "FirstWorkflowTask", "--reason", "x");
  }

  /** The query for a subscription's running deliveries, once it finds so many: it lags. */
  private String awaitListed(String subscription, int count) {
    String query = "SubscriptionId=\"%s\" AND ExecutionStatus=\"Running\"".formatted(subscription);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> temporal.cli("workflow", "count", "--query", query).contains("Total: " + count));
    return query;
  }
}
