package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Many events at once. */
class BurstTest {
  private static final int EVENTS = 300;
  private static final int CALLERS = 30;
  private static final int REFUSED = 40;

  private final Api api = RunningHoming.shared().api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();
  @AutoClose private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);

  @Test
  void eachIsDeliveredOnceAndNamesItsWorkflow() throws Exception {
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());

    List<String> events = triggerAll(type);

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(receiver.receipts()).hasSize(EVENTS));
    assertThat(receiver.receipts())
        .extracting(Receipt::id)
        .containsExactlyInAnyOrderElementsOf(events);
    List<String> shared =
        events.stream().map(this::workflow).filter(id -> id.startsWith("evts_")).toList();
    assertThat(new HashSet<>(shared)).hasSizeLessThan(shared.size());
    String workflow = shared.getFirst();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(
                        RealParts.shared()
                            .temporal()
                            .cli("workflow", "describe", "--workflow-id", workflow))
                    .contains("SharedFanOut")
                    .contains("COMPLETED"));
  }

  @Test
  void aRefusedDeliveryIsRetriedByItsOwnWorkflow() throws Exception {
    String type = Types.unique();
    api.subscribe(receiver, type, Api.IMPATIENT);
    receiver.answers(
        IntStream.rangeClosed(0, REFUSED).map(visit -> visit < REFUSED ? 503 : 200).toArray());

    List<String> events = triggerAll(type);

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(receiver.receipts()).hasSize(EVENTS + REFUSED));
    assertThat(receiver.receipts().stream().map(Receipt::id).distinct())
        .containsExactlyInAnyOrderElementsOf(events);
    assertThat(receiver.receipts().stream().filter(receipt -> receipt.attempt() > 1))
        .hasSize(REFUSED);
    assertThat(events.stream().map(this::workflow)).anyMatch(id -> id.startsWith("evts_"));
  }

  private List<String> triggerAll(String type) throws Exception {
    List<Future<String>> calls = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      calls.add(threads.submit(() -> api.trigger(type)));
    }
    List<String> events = new ArrayList<>();
    for (Future<String> call : calls) {
      events.add(call.get());
    }
    return events;
  }

  private String workflow(String event) {
    return Api.text(api.get("/events/" + event).expect(200).json(), "workflow_id");
  }
}
