package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Parts go away and come back, Homing itself as well: nothing that was accepted is lost. */
class OutagesTest {
  private static final String GIVEN_UP = "what was terminated cannot be recorded now";

  private static RealParts parts;
  private static HomingProcess homing;
  private static Api api;

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @BeforeAll
  static void startThem(@TempDir Path dir) {
    parts = RealParts.start(dir);
    homing = ClassesProcess.start(dir, parts);
    api = homing.api();
    awaitHealth("UP");
  }

  @AfterAll
  static void stopThem() throws InterruptedException {
    homing.stop();
    parts.close();
  }

  @Test
  void withoutRedisItAcceptsAndDelivers() {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    parts.redis().stop();
    try {
      receiver.awaitEvents(List.of(api.trigger(type), api.trigger(type)));
      awaitHealth("DEGRADED");
      assertThat(readiness()).isEqualTo(200);
    } finally {
      parts.redis().start();
    }
    awaitHealth("UP");
    receiver.awaitEvents(List.of(api.trigger(type)));
  }

  @Test
  void aSilentRedisDelaysNoRequest() {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    parts.redis().pause();
    try {
      List<String> events = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        events.add(api.trigger(type));
      }
      receiver.awaitEvents(events);
      awaitHealth("DEGRADED");
      assertThat(readiness()).isEqualTo(200);
    } finally {
      parts.redis().resume();
    }
    awaitHealth("UP");
  }

  @Test
  void eventsAcceptedWithoutTemporalAreDeliveredOnceItIsBack() {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    parts.temporal().stop();
    List<String> events = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        events.add(api.trigger(type));
      }
      awaitHealth("DEGRADED");
      assertThat(readiness()).isEqualTo(200);
    } finally {
      parts.temporal().start();
    }
    receiver.awaitEvents(events, Duration.ofSeconds(60));
  }

  @Test
  void withoutPostgresqlItAnswersWithinASecondAndRecovers() {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    List<String> events = new ArrayList<>(List.of(api.trigger(type)));
    parts.postgres().kill();
    try {
      for (int i = 0; i < 5; i++) {
        long start = System.nanoTime();
        Api.Answer answer = api.post("/webhooks/" + type, "{}").expect(503);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(answer.header("Retry-After")).matches("[1-9]\\d*");
        assertThat(Api.text(answer.json(), "detail")).contains("repeat");
      }
    } finally {
      parts.postgres().start();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> api.post("/webhooks/" + type, "{}").status() == 202);
    events.add(api.trigger(type));
    receiver.awaitEvents(events, Duration.ofSeconds(60));
    awaitHealth("UP");
  }

  @Test
  void startsBeforeItsDependenciesAndHealsAsTheyCome() throws InterruptedException {
    homing.kill();
    parts.temporal().stop();
    parts.redis().stop();
    parts.postgres().stop();
    homing.launch();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.readString(homing.log()).lines().anyMatch(OutagesTest::saysThatItWaits));
    assertThat(homing.isAlive()).isTrue();

    parts.postgres().start();
    homing.awaitReady();
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    String event = api.trigger(type);

    parts.temporal().start();
    parts.redis().start();
    receiver.awaitEvents(List.of(event), Duration.ofSeconds(60));
    awaitHealth("UP");
  }

  private static boolean saysThatItWaits(String line) {
    return line.contains("flyway") && line.contains("Retrying");
  }

  @Test
  void aStopTurnsReadinessOffAndFinishesAttemptsUnderWay() throws InterruptedException {
    String type = Types.unique();
    CountDownLatch slow = new CountDownLatch(1);
    api.subscribe(
        receiver.answers(
            ScriptedReceiver.Reply.status(200).after(slow), ScriptedReceiver.Reply.status(200)),
        type,
        Map.of());
    String event = api.trigger(type);
    receiver.awaitReceipts(1);

    homing.terminate();
    await().until(() -> readiness() == 503);
    String late = api.trigger(type); // Still served: not every load balancer has heard of it.
    slow.countDown();
    homing.stop();
    homing.launch();
    homing.awaitReady();

    receiver.awaitEvents(List.of(event, late), Duration.ofSeconds(90));
    api.await(api.deliveryId(event), "delivered");
    api.await(api.deliveryId(late), "delivered");
    assertThat(receiver.receipts()).extracting(Receipt::id).containsExactlyInAnyOrder(event, late);
  }

  @Test
  void aStopWithoutTemporalEndsInTime() {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    int before = homing.logged(GIVEN_UP).size();
    parts.temporal().stop();
    String event;
    try {
      // Each question to a Temporal that is away is given up soon, so that no stop waits for it.
      await().atMost(Duration.ofSeconds(30)).until(() -> homing.logged(GIVEN_UP).size() > before);
      event = api.trigger(type);
      homing.stop();
      homing.launch();
      homing.awaitReady();
    } finally {
      parts.temporal().start();
    }
    receiver.awaitEvents(List.of(event), Duration.ofSeconds(60));
    api.await(api.deliveryId(event), "delivered");
  }

  @Test
  void aRetryRequestedWithoutTemporalRunsOnceItIsBack() {
    String type = Types.unique();
    api.subscribe(receiver.answers(500, 200), type, Api.ONCE);
    String id = api.deliveryId(api.trigger(type));
    api.await(id, "failed");
    parts.temporal().stop();
    try {
      api.post("/deliveries/" + id + "/retry").expect(202);
    } finally {
      parts.temporal().start();
    }
    receiver.awaitReceipts(2, Duration.ofSeconds(60));
    api.await(id, "delivered");
  }

  @Test
  void subscriptionChangesWithoutTemporalTakeEffectOnceItIsBack() {
    String type = Types.unique();
    String enabled = api.subscribe(receiver.answers(500), type, Api.PATIENT);
    String deleted = api.subscribe(receiver, type, Api.PATIENT);
    String event = api.trigger(type);
    String sent = api.deliveryId(event, enabled);
    String cancelled = api.deliveryId(event, deleted);
    List.of(sent, cancelled).forEach(id -> awaitRun(id, "RUNNING"::equals));
    api.change(enabled, Map.of("enabled", false));
    receiver.answers(200);
    parts.temporal().stop();
    try {
      api.change(enabled, Map.of("enabled", true));
      api.delete("/subscriptions/" + deleted).expect(204);
    } finally {
      parts.temporal().start();
    }
    receiver.awaitReceipts(3, Duration.ofSeconds(90));
    api.await(sent, "delivered");
    awaitRun(cancelled, status -> !status.equals("RUNNING"));
    assertThat(Api.text(api.delivery(cancelled), "reason")).isEqualTo("subscription_deleted");
  }

  private static void awaitRun(String delivery, Predicate<String> status) {
    await(delivery)
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> runStatus(delivery), status);
  }

  private static String runStatus(String delivery) {
    String description = parts.temporal().cli("workflow", "describe", "-w", delivery, "-o", "json");
    return Api.text(
            JsonMapper.shared().readTree(description).get("workflowExecutionInfo"), "status")
        .replace("WORKFLOW_EXECUTION_STATUS_", "");
  }

  @Test
  void aReceiverThatIsDownWhileHomingIsKilledGetsItsEvents() throws InterruptedException {
    String type = Types.unique();
    api.subscribe(receiver, type, Api.IMPATIENT);
    receiver.goDown();
    List<String> events = List.of(api.trigger(type), api.trigger(type), api.trigger(type));
    for (String event : events) {
      api.await(api.deliveryId(event), "retrying");
    }

    homing.kill();
    receiver.comeBack();
    homing.launch();
    homing.awaitReady();

    receiver.awaitEvents(events, Duration.ofSeconds(60));
    for (String event : events) {
      api.await(api.deliveryId(event), "delivered");
    }
  }

  @Test
  void anAttemptUnderWayAtAKillIsRepeatedWithTheSameId() throws InterruptedException {
    String type = Types.unique();
    CountDownLatch never = new CountDownLatch(1);
    api.subscribe(
        receiver.answers(
            ScriptedReceiver.Reply.status(200).after(never), ScriptedReceiver.Reply.status(200)),
        type,
        Map.of());
    String event = api.trigger(type);
    receiver.awaitReceipts(1);

    homing.kill();
    homing.launch();
    homing.awaitReady();

    assertThat(receiver.awaitReceipts(2, Duration.ofSeconds(90)))
        .extracting(Receipt::id)
        .containsOnly(event);
    api.await(api.deliveryId(event), "delivered");
  }

  private static void awaitHealth(String status) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> homing.health(), status::equals);
  }

  private static int readiness() {
    return homing.management().get("/actuator/health/readiness").status();
  }
}
