package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.failing.DisableFailing;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.app.development.RealParts;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Receivers in trouble, on a node that gives failed deliveries no workflows of their own. */
@LongWaits
class BacklogTest {
  private static final String NAMESPACE = "backlogs";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static Map<String, String> settings;
  private static RunningHoming homing;
  private static Api api;

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @BeforeAll
  static void startIt() {
    settings =
        RunningHoming.apart(
            NAMESPACE, Map.of("HOMING_OWN_RETRIES", "0", "HOMING_PAYLOAD_RETENTION", "2d"));
    homing = RunningHoming.start(settings);
    homing.awaitHealthy();
    api = homing.api();
  }

  @AfterAll
  static void stopIt() {
    homing.close();
  }

  @Test
  void everyEventOfAnOutageArrivesAfterIt() {
    Subscribed subscription = api.subscribed(receiver.answers(503), Api.IMPATIENT);
    List<String> events =
        Stream.concat(
                subscription.trigger(20).stream(),
                awaitInTrouble(subscription).trigger(20).stream())
            .toList();

    receiver.answers(200);

    events.forEach(event -> awaitDelivered(api.deliveryId(event)));
    await()
        .atMost(PATIENCE)
        .until(() -> homing.bean(KnownStandings.class).find(key(subscription)).isEmpty());
    assertThat(workflowsOfDeliveries()).isEqualTo("Total: 0");
  }

  private static String workflowsOfDeliveries() {
    return RealParts.shared()
        .temporal()
        .cli(
            "workflow",
            "count",
            "--namespace",
            NAMESPACE,
            "--query",
            "WorkflowType=\"RetryingDelivery\" AND ExecutionStatus=\"Running\"")
        .strip();
  }

  @Test
  void subscriptionShowsHowItsReceiverDoes() {
    Subscribed subscription = api.subscribed(receiver.answers(503), Api.PATIENT);
    assertThat(standing(subscription)).isEqualTo(Map.of("state", "closed", "waiting", 0));
    subscription.trigger(20);
    awaitInTrouble(subscription);
    String id = subscription.newDelivery("retrying");

    Map<String, Object> standing = standing(subscription);

    assertThat(standing)
        .containsEntry("state", "open")
        .containsEntry("reason", "unavailable")
        .containsEntry("answer", "503")
        .containsEntry("waiting", 21)
        .containsKeys("since", "oldest");
    assertThat(Api.text(api.delivery(id), "workflow_id")).isEqualTo(subscription.id());
  }

  @Test
  void turnMayNotLastLongerThanPayloadsAreKept() {
    Subscribed subscription = api.subscribed(receiver, Map.of("max_block", "2d"));

    Api.Answer refused =
        api.send("PATCH", subscription.path(), Map.of("max_block", "3d")).expect(422);

    assertThat(refused.text())
        .contains("max_block", "must be at most 172800 seconds, as long as payloads are kept");
    homing
        .bean(JdbcClient.class)
        .sql("update subscriptions set max_block_seconds = 259200 where id = cast(:id as uuid)")
        .param("id", subscription.id().substring(4))
        .update();
    api.change(subscription.id(), Map.of("description", "accepted when payloads were kept longer"));
  }

  @Test
  void standingThatIsSentBackIsIgnored() {
    Subscribed subscription = api.subscribed(receiver.answers(200), Api.PATIENT);
    ObjectNode shown = (ObjectNode) api.get(subscription.path()).json();
    shown.withObject("standing").put("state", "open").put("waiting", 7);

    for (String method : List.of("PUT", "PATCH")) {
      JsonNode changed = api.send(method, subscription.path(), shown).expect(200).json();
      assertThat(changed.at("/standing/state").stringValue()).isEqualTo("closed");
    }
  }

  /** Without null fields. */
  private static Map<String, Object> standing(Subscribed subscription) {
    Map<String, Object> fields = new HashMap<>();
    api.get(subscription.path())
        .json()
        .get("standing")
        .forEachEntry(
            (name, value) -> {
              if (!value.isNull()) {
                fields.put(name, value.isInt() ? value.intValue() : value.stringValue());
              }
            });
    return fields;
  }

  @Test
  void requestedRetryProbesAReceiverInTrouble() {
    Subscribed subscription = api.subscribed(receiver.answers(503), Api.PATIENT);
    subscription.trigger(20);
    awaitInTrouble(subscription);
    String id = subscription.newDelivery("retrying");
    receiver.answers(200);

    api.post("/deliveries/" + id + "/retry").expect(202);

    assertThat(awaitDelivered(id)).isEqualTo(2);
  }

  @Test
  void cancelledDeliveryOfABacklogIsNotSent() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.IMPATIENT);
    String id = subscription.newDelivery("retrying");

    api.post("/deliveries/" + id + "/cancel").expect(200);

    int receipts = receiver.receipts().size();
    String next = subscription.newDelivery();
    receiver.answers(200);
    awaitDelivered(next);
    assertThat(receiver.receipts().subList(receipts, receiver.receipts().size()))
        .extracting(Receipt::id)
        .doesNotContain(Api.text(api.delivery(id), "event_id"));
  }

  @Test
  void pausedSubscriptionKeepsItsBacklog() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.IMPATIENT);
    String id = subscription.newDelivery("retrying");

    api.change(subscription.id(), Map.of("enabled", false));
    api.await(id, "held");
    receiver.answers(200);
    api.change(subscription.id(), Map.of("enabled", true));

    awaitDelivered(id);
  }

  @Test
  void receiverThatOnlyFailsLosesItsBacklog() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    String id = subscription.newDelivery("retrying");
    homing.ageFailures(subscription);

    homing.bean(DisableFailing.class).run();

    assertThat(Api.text(api.await(id, "cancelled"), "reason")).isEqualTo("failing");
  }

  @Test
  void nodeThatStopsLeavesItsBacklogsToTheNext() {
    CountDownLatch answer = receiver.holdsBack(503);
    Subscribed subscription = api.subscribed(receiver, Api.IMPATIENT);
    List<String> events = subscription.trigger(5);
    receiver.awaitReceipts(1);
    answer.countDown();
    receiver.answers(503);

    homing.close();
    receiver.answers(200);
    homing = RunningHoming.start(settings);
    api = homing.api();

    events.forEach(event -> awaitDelivered(api.deliveryId(event)));
  }

  private Subscribed awaitInTrouble(Subscribed subscription) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                homing
                    .bean(KnownStandings.class)
                    .find(key(subscription))
                    .map(Standing::state)
                    .map(Standing.State::isExclusive)
                    .orElse(false));
    return subscription;
  }

  /** The round in which it was delivered. */
  private int awaitDelivered(String id) {
    await(id)
        .atMost(PATIENCE)
        .until(() -> Api.text(api.delivery(id), "state"), "delivered"::equals);
    return api.delivery(id).get("round").intValue();
  }

  private static SubscriptionKey key(Subscribed subscription) {
    return new SubscriptionKey(
        new Tenant("default"), SubscriptionId.read(subscription.id()).orElseThrow());
  }
}
