package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.development.TemporalPart;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What nobody works on any more is brought back, and what cannot be handled holds up nobody. */
class RepairIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private static Path dir;
  private static RealParts parts;
  private static RunningHoming homing;

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final ScriptedReceiver another = ScriptedReceiver.start();

  @BeforeAll
  static void startThem() {
    parts = RealParts.start(dir);
    homing = startHoming();
  }

  @AfterAll
  static void stopThem() {
    homing.close();
    parts.close();
  }

  @Test
  void deliveriesLostByTemporalAreStartedAgain() throws IOException {
    Subscribed subscription = api().subscribed(receiver.answers(500, 200), Api.PATIENT);
    String waiting = waiting(subscription);
    api().change(subscription.id(), Map.of("enabled", false));
    String held = subscription.newDelivery("held");
    awaitRun(held);

    parts.temporal().stop();
    String accepted = subscription.trigger();
    loseTemporalsData();
    parts.temporal().start();

    api().change(subscription.id(), Map.of("enabled", true));
    makeOverdue(waiting);
    makeOverdue(held);

    // The search attributes were lost as well: until they are back, Temporal refuses every start.
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> api().post("/admin/reconciliation").status() == 200);
    assertThat(awaitDelivered(waiting).get("round").intValue()).isEqualTo(1);
    awaitDelivered(held);
    receiver.awaitEvents(List.of(accepted), Duration.ofSeconds(90));
  }

  @Test
  void aDeliveryWhoseWorkflowOversleepsIsWoken() {
    String id = waiting(api().subscribed(receiver.answers(500, 200), Api.PATIENT));

    makeOverdue(id);

    awaitDelivered(id);
  }

  /** Temporal may have lost its activity: that shows once the activity has timed out. */
  @Test
  void aDeliveryWhoseWorkflowIsAtWorkIsLookedAtAgainInAMinute() {
    CountDownLatch answered = new CountDownLatch(1);
    receiver.answers(Reply.status(500), Reply.status(200).after(answered));
    String id = api().subscribed(receiver).newDelivery("retrying");
    receiver.awaitReceipts(2);

    makeOverdue(id);

    await()
        .atMost(PATIENCE)
        .until(
            () ->
                isTrue(
                    id,
                    "look_after between now() + interval '40 seconds' and now() + interval '1"
                        + " minute'"));
    answered.countDown();
    awaitDelivered(id);
  }

  @Test
  void aDeliveryPausedInTemporalIsLeftAlone() {
    String id = waiting(api().subscribed(receiver.answers(500, 200), Api.PATIENT));
    temporal().cli("activity", "pause", "-w", id, "-a", pendingActivity(id));

    makeOverdue(id);

    await().atMost(PATIENCE).until(() -> isTrue(id, "look_after > now() + interval '5 minutes'"));
    assertThat(receiver.receipts()).hasSize(1);
    assertThat(ids(findings().at("/overdue_deliveries/with_lost_workflow"))).doesNotContain(id);
  }

  @Test
  void aDeliveryTerminatedWhileNoNodeRunsIsCancelled() {
    String id = waiting(api().subscribed(receiver.answers(500, 200), Api.PATIENT));
    homing.close();

    temporal().cli("workflow", "terminate", "-w", id);
    homing = startHoming();

    JsonNode cancelled =
        await()
            .atMost(PATIENCE)
            .until(() -> api().delivery(id), found -> Api.text(found, "state").equals("cancelled"));
    assertThat(Api.text(cancelled, "reason")).isEqualTo("terminated");
  }

  @Test
  void deliveriesLeftOverByAGoneReceiverAreCancelled() {
    Subscribed subscription = api().subscribed(receiver.answers(500), Api.PATIENT);
    String id = waiting(subscription);
    // As a node does that dies the moment after.
    jdbc()
        .sql(
            """
            update subscriptions
            set enabled = false, disabled_reason = 'gone', updated_at = now() where id = :id
            """)
        .param("id", SubscriptionId.read(subscription.id()).orElseThrow().uuid())
        .update();

    JsonNode repairs = api().post("/admin/reconciliation").expect(200).json();

    assertThat(repairs.get("deliveries_cancelled").intValue()).isPositive();
    assertThat(Api.text(api().delivery(id), "reason")).isEqualTo("gone");
  }

  @Test
  void anUnreadableSubscriptionDelaysNoOthersAndRecovers() {
    String type = Types.unique();
    String broken = api().subscribe(receiver, type, Api.PATIENT);
    String well = api().subscribe(another, type, Api.PATIENT);
    setUrl(broken, "nonsense");

    String event = api().trigger(type);

    api().await(api().deliveryId(event, well), "delivered");
    String id = api().deliveryId(event, broken);
    JsonNode parked = api().await(id, "held");
    assertThat(Api.text(parked, "reason")).isEqualTo("unreadable");
    assertThat(parked.get("attempt_count").intValue()).isZero();
    assertThat(findings().get("parked_deliveries").intValue()).isPositive();
    await().atMost(PATIENCE).until(() -> metric("homing_deliveries_parked") > 0);

    setUrl(broken, receiver.url());
    api().post("/deliveries/" + id + "/retry").expect(202);
    awaitDelivered(id);
  }

  @Test
  void reportsFindingsEvenWithoutTemporal() {
    CountDownLatch answered = new CountDownLatch(1);
    receiver.answers(Reply.status(500), Reply.status(200).after(answered));
    Subscribed subscription = api().subscribed(receiver, Api.PATIENT);
    String id = waiting(subscription);
    parts.temporal().stop();
    try {
      String event = subscription.trigger();
      receiver.awaitReceipts(2);
      jdbc().sql("update open_events set leased_until = now() - interval '1 second'").update();
      makeOverdue(id);

      JsonNode findings = findings();

      assertThat(Api.text(findings, "workflows")).isEqualTo("unknown");
      assertThat(findings.at("/overdue_deliveries/count").intValue()).isPositive();
      assertThat(findings.at("/overdue_deliveries/latest_seconds").intValue())
          .isGreaterThanOrEqualTo(120);
      assertThat(findings.at("/overdue_deliveries/with_lost_workflow").isNull()).isTrue();
      assertThat(findings.at("/open_events/forsaken").intValue()).isPositive();
      assertThat(ids(findings.at("/open_events/forsaken_ids"))).contains(event);

      Api.Answer away = api().post("/admin/reconciliation").expect(503);
      assertThat(away.header("content-type")).isEqualTo("application/problem+json");
      assertThat(away.header("retry-after")).isEqualTo("5");
    } finally {
      answered.countDown();
      parts.temporal().start();
    }
    awaitDelivered(id);
  }

  private static RunningHoming startHoming() {
    return RunningHoming.start(parts.settings());
  }

  private static Api api() {
    return homing.api();
  }

  private static TemporalPart temporal() {
    return parts.temporal();
  }

  private static JdbcClient jdbc() {
    return homing.bean(JdbcClient.class);
  }

  private static JsonNode findings() {
    return api().get("/admin/reconciliation").expect(200).json();
  }

  private static List<String> ids(JsonNode list) {
    return list.values().stream().map(JsonNode::stringValue).toList();
  }

  /** A delivery of a new event whose workflow waits for an hour. */
  private static String waiting(Subscribed subscription) {
    String id = subscription.newDelivery("retrying");
    awaitRun(id);
    return id;
  }

  private static void awaitRun(String id) {
    await().atMost(PATIENCE).until(() -> isTrue(id, "run_id is not null"));
  }

  private static String pendingActivity(String id) {
    return JsonMapper.shared()
        .readTree(temporal().cli("workflow", "describe", "-w", id, "-o", "json"))
        .get("pendingActivities")
        .get(0)
        .get("activityId")
        .stringValue();
  }

  private static JsonNode awaitDelivered(String id) {
    return await(id)
        .atMost(PATIENCE)
        .until(() -> api().delivery(id), found -> Api.text(found, "state").equals("delivered"));
  }

  private static void makeOverdue(String id) {
    jdbc()
        .sql("update deliveries set next_attempt_at = now() - interval '2 minutes' where id = :id")
        .param("id", DeliveryId.read(id).orElseThrow().uuid())
        .update();
  }

  private static boolean isTrue(String id, String what) {
    return jdbc()
        .sql("select coalesce(" + what + ", false) from deliveries where id = :id")
        .param("id", DeliveryId.read(id).orElseThrow().uuid())
        .query(Boolean.class)
        .single();
  }

  private static void setUrl(String subscription, String url) {
    jdbc()
        .sql("update subscriptions set url = :url where id = :id")
        .param("url", url)
        .param("id", SubscriptionId.read(subscription).orElseThrow().uuid())
        .update();
  }

  private static double metric(String name) {
    return homing
        .management()
        .get("/actuator/prometheus")
        .text()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  private static void loseTemporalsData() throws IOException {
    for (String end : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(dir.resolve("temporal.db" + end));
    }
  }
}
