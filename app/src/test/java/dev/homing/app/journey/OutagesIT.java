package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Parts go away and come back: nothing that was accepted is lost. */
class OutagesIT extends WithOwnParts {
  @Test
  void withoutRedisItAcceptsAndDelivers() {
    Subscribed subscription = api.subscribed(receiver);
    parts.redis().stop();
    try {
      receiver.awaitEvents(subscription.trigger(2));
      awaitDegradedButReady();
    } finally {
      parts.redis().start();
    }
    awaitHealth("UP");
    receiver.awaitEvents(List.of(subscription.trigger()));
  }

  @Test
  void aSilentRedisDelaysNoRequest() {
    Subscribed subscription = api.subscribed(receiver);
    parts.redis().pause();
    try {
      List<String> events = subscription.trigger(10);
      receiver.awaitEvents(events);
      awaitDegradedButReady();
    } finally {
      parts.redis().resume();
    }
    awaitHealth("UP");
  }

  @Test
  void eventsAcceptedWithoutTemporalAreDeliveredOnceItIsBack() {
    Subscribed subscription = api.subscribed(receiver);
    parts.temporal().stop();
    List<String> events;
    try {
      events = subscription.trigger(10);
      awaitDegradedButReady();
    } finally {
      parts.temporal().start();
    }
    receiver.awaitEvents(events, Duration.ofSeconds(60));
  }

  @Test
  void withoutPostgresqlItAnswersWithinASecondAndRecovers() {
    String type = api.subscribed(receiver).type();
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
  void aRetryRequestedWithoutTemporalRunsOnceItIsBack() {
    String id = api.subscribed(receiver.answers(500, 200), Api.ONCE).newDelivery("failed");
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

  private void awaitDegradedButReady() {
    awaitHealth("DEGRADED");
    assertThat(readiness()).isEqualTo(200);
  }

  private void awaitRun(String delivery, Predicate<String> status) {
    await(delivery)
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> runStatus(delivery), status);
  }

  private String runStatus(String delivery) {
    String description = parts.temporal().cli("workflow", "describe", "-w", delivery, "-o", "json");
    return Api.text(
            JsonMapper.shared().readTree(description).get("workflowExecutionInfo"), "status")
        .replace("WORKFLOW_EXECUTION_STATUS_", "");
  }
}
