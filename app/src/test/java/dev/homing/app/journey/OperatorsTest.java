package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The API shows what operators do to deliveries with the Temporal CLI. */
@LongWaits
class OperatorsTest {
  private final Api api = RunningHoming.shared().api();
  private final Operator operator = Operator.shared();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void cancellingAWaitingDeliveryEndsIt() {
    String id = waiting();

    operator.cli("workflow", "cancel", "-w", id);

    assertThat(Api.text(api.await(id, "cancelled"), "reason")).isEqualTo("cancelled");
    assertThat(receiver.receipts()).hasSize(1);
  }

  @Test
  void tasksAreHandedOutByTenant() {
    String id = waiting();

    assertThat(operator.fairnessKey(Api.text(api.delivery(id), "event_id"))).isEqualTo("default");
    assertThat(operator.fairnessKey(id)).isEqualTo("default");
  }

  @Test
  void retryRightAfterACancelSends() {
    String id = waiting();
    receiver.answers(200);

    operator.cli("workflow", "cancel", "-w", id);
    api.post("/deliveries/" + id + "/retry").expect(202);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
  }

  @Test
  void runOfACancelledDeliveryEnds() {
    String id = waiting();

    api.post("/deliveries/" + id + "/cancel").expect(200);

    operator.awaitStatus(id, "CANCELED");
  }

  @Test
  void runsOfADeletedSubscriptionEnd() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    List<String> ids = List.of(waiting(subscription), waiting(subscription));

    api.delete(subscription.path()).expect(204);

    ids.forEach(id -> operator.awaitStatus(id, "CANCELED"));
  }

  @Test
  void anAttemptUnderWayMayStillDeliverDespiteACancel() {
    CountDownLatch answer = new CountDownLatch(1);
    receiver.answers(Reply.status(500), Reply.status(200).after(answer));
    String id = api.subscribed(receiver, Api.IMPATIENT).newDelivery();
    receiver.awaitReceipts(2);

    operator.cli("workflow", "cancel", "-w", id);
    answer.countDown();

    api.await(id, "delivered");
    operator.awaitStatus(id, "COMPLETED", "CANCELED");
    assertThat(Api.text(api.delivery(id), "state")).isEqualTo("delivered");
  }

  @Test
  void resettingAWaitingDeliverySendsItInANewRound() {
    String id = waiting();
    receiver.answers(200);

    operator.resetWorkflow(id);

    JsonNode delivered = api.await(id, "delivered");
    assertThat(delivered.get("round").intValue()).isEqualTo(2);
    assertThat(receiver.receipts()).extracting(Receipt::attempt).containsExactly(1, 2);
    operator.awaitStatus(id, "COMPLETED");
  }

  @Test
  void resettingADeliveredDeliverySendsItOnceMore() {
    String id = api.subscribed(receiver.answers(500, 200), Api.IMPATIENT).newDelivery("delivered");
    operator.awaitStatus(id, "COMPLETED");

    operator.resetWorkflow(id);

    receiver.awaitReceipts(3);
    assertThat(api.awaitDelivery(id, "attempt_count", 3).get("round").intValue()).isEqualTo(2);
    api.await(id, "delivered");
    assertThat(receiver.receipts()).extracting(Receipt::attempt).containsExactly(1, 2, 3);
  }

  @Test
  void resettingAFailedDeliveryRestartsItsSchedule() {
    String id = api.subscribed(receiver.answers(500), Api.TWICE).newDelivery("failed");
    operator.awaitStatus(id, "FAILED");

    operator.resetWorkflow(id);

    JsonNode failed = api.awaitDelivery(id, "attempt_count", 4);
    assertThat(failed.get("round").intValue()).isEqualTo(2);
    assertThat(Api.text(failed, "state")).isEqualTo("failed");
  }

  @Test
  void resettingACancelledDeliverySendsIt() {
    String id = waiting();
    operator.cli("workflow", "cancel", "-w", id);
    api.await(id, "cancelled");
    operator.awaitStatus(id, "CANCELED");
    receiver.answers(200);

    operator.resetWorkflow(id);

    assertThat(api.await(id, "delivered").get("round").intValue()).isEqualTo(2);
  }

  @Test
  void aPausedActivityDoesNotRunUntilUnpaused() {
    String id = api.subscribed(receiver.answers(500, 200), Api.IMPATIENT).newDelivery();
    String activity = operator.awaitPendingActivity(id);

    operator.cli("activity", "pause", "-w", id, "-a", activity);
    Instant due = Instant.parse(Api.text(api.delivery(id), "next_attempt_at"));
    await().until(() -> Instant.now().isAfter(due.plusSeconds(1)));
    assertThat(receiver.receipts()).hasSize(1);

    operator.cli("activity", "unpause", "-w", id, "-a", activity);
    api.await(id, "delivered");
  }

  @Test
  void aResetActivityRunsNow() {
    String id = waiting();
    receiver.answers(200);

    operator.cli("activity", "reset", "-w", id, "-a", operator.awaitPendingActivity(id));

    JsonNode delivered = api.await(id, "delivered");
    assertThat(delivered.get("round").intValue()).isEqualTo(1);
    assertThat(receiver.receipts()).hasSize(2);
  }

  @Test
  void oneQueryCancelsAllDeliveriesOfASubscription() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    List<String> ids = List.of(waiting(subscription), waiting(subscription), waiting(subscription));
    String query = awaitListed(subscription.id(), ids.size());

    operator.cli("workflow", "cancel", "--query", query, "--reason", "x", "-y");

    ids.forEach(id -> api.await(id, "cancelled"));
    assertThat(receiver.receipts()).hasSize(3);
  }

  @Test
  void oneQueryResendsAllDeliveriesOfASubscription() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    List<String> ids = List.of(waiting(subscription), waiting(subscription), waiting(subscription));
    String query = awaitListed(subscription.id(), ids.size());
    receiver.answers(200);

    operator.cli(
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

    operator.cli("workflow", "terminate", "-w", id);

    assertThat(Api.text(api.await(id, "cancelled"), "reason")).isEqualTo("terminated");
    receiver.answers(200);
    api.post("/deliveries/" + id + "/retry").expect(202);
    api.await(id, "delivered");
  }

  private String waiting() {
    return waiting(api.subscribed(receiver.answers(500), Api.PATIENT));
  }

  /** A delivery of a new event whose workflow waits. */
  private String waiting(Subscribed subscription) {
    String id = subscription.newDelivery();
    operator.awaitPendingActivity(id);
    return id;
  }

  /** The query for a subscription's running deliveries, once it finds so many. */
  private String awaitListed(String subscription, int count) {
    String query = "SubscriptionId=\"%s\" AND ExecutionStatus=\"Running\"".formatted(subscription);
    operator.awaitListed(query, count);
    return query;
  }
}
