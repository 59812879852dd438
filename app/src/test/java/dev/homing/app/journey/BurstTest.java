package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.chaos.Forwarder;
import dev.homing.app.development.RealParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Many events at once, on a node of its own: some share a workflow because Temporal is silent while
 * the first half comes, so that both start slots are busy and the others wait.
 */
class BurstTest {
  private static final String NAMESPACE = "burst";
  private static final int EVENTS = 300;
  private static final int CALLERS = 30;
  private static final int REFUSED = 40;

  private static Forwarder temporal;
  private static RunningHoming homing;
  private static Api api;

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);

  @BeforeAll
  static void startIt() {
    RealParts parts = RealParts.shared();
    temporal = new Forwarder(parts.temporal().port());
    homing =
        RunningHoming.start(
            Map.of(
                "DATABASE_URL", parts.postgres().database("burst"),
                "REDIS_URL", parts.redis().url(),
                "TEMPORAL_ADDRESS", "127.0.0.1:" + temporal.port(),
                "TEMPORAL_NAMESPACE", parts.temporal().namespace(NAMESPACE)));
    api = homing.api();
    homing.awaitHealthy();
  }

  @AfterAll
  static void stopIt() {
    homing.close();
    temporal.close();
  }

  @Test
  void eachIsDeliveredOnceAndNamesItsWorkflow() throws Exception {
    Subscribed subscription = api.subscribed(receiver);

    List<String> events = triggerAll(subscription);

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(receiver.receipts()).hasSize(EVENTS));
    assertThat(receiver.receipts())
        .extracting(Receipt::id)
        .containsExactlyInAnyOrderElementsOf(events);
    String workflow = awaitShared(events).getFirst();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(
                        RealParts.shared()
                            .temporal()
                            .cli(
                                "workflow",
                                "describe",
                                "--workflow-id",
                                workflow,
                                "--namespace",
                                NAMESPACE))
                    .contains("SharedFanOut")
                    .contains("COMPLETED"));
  }

  @Test
  void aRefusedDeliveryIsRetriedByItsOwnWorkflow() throws Exception {
    Subscribed subscription = api.subscribed(receiver, Api.IMPATIENT);
    receiver.answers(
        IntStream.rangeClosed(0, REFUSED).map(visit -> visit < REFUSED ? 503 : 200).toArray());

    List<String> events = triggerAll(subscription);

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(receiver.receipts()).hasSize(EVENTS + REFUSED));
    assertThat(receiver.receipts().stream().map(Receipt::id).distinct())
        .containsExactlyInAnyOrderElementsOf(events);
    assertThat(receiver.receipts().stream().filter(receipt -> receipt.attempt() > 1))
        .hasSize(REFUSED);
    assertThat(awaitShared(events)).isNotEmpty();
  }

  /** Their workflows that they share, once they do: first attempts do not wait for it. */
  private static List<String> awaitShared(List<String> events) {
    return await("some share a workflow")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                events.stream()
                    .map(BurstTest::workflow)
                    .filter(id -> id.startsWith("evts_"))
                    .toList(),
            shared -> new HashSet<>(shared).size() < shared.size());
  }

  /** Temporal says nothing until half of them are accepted. */
  private List<String> triggerAll(Subscribed subscription) throws Exception {
    temporal.freeze();
    try {
      List<Future<String>> calls = new ArrayList<>();
      for (int i = 0; i < EVENTS; i++) {
        calls.add(threads.submit(() -> subscription.trigger()));
      }
      List<String> events = new ArrayList<>();
      for (Future<String> call : calls) {
        events.add(call.get());
        if (events.size() == EVENTS / 2) {
          temporal.heal();
        }
      }
      return events;
    } finally {
      temporal.heal();
    }
  }

  private static String workflow(String event) {
    return Api.text(api.get("/events/" + event).expect(200).json(), "workflow_id");
  }
}
