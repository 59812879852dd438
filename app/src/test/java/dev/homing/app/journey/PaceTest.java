package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Receivers with a pace, and two nodes that send to them.
 *
 * <p>They wait longer for Redis than usual: while a busy machine takes it for unavailable, each
 * would keep the pace for itself.
 */
@LongWaits
class PaceTest {
  private static final String NAMESPACE = "pace";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, Object> ONE_PER_HOUR = rate(1, "1h");

  private static RunningHoming homing;
  private static RunningHoming another;
  private static Api api;

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @BeforeAll
  static void startBoth() {
    Map<String, String> settings =
        RunningHoming.apart(NAMESPACE, Map.of("spring.data.redis.timeout", "10s"));
    homing = RunningHoming.start(settings);
    another = RunningHoming.start(settings);
    homing.awaitHealthy();
    another.awaitHealthy();
    api = homing.api();
  }

  @AfterAll
  static void stopBoth() {
    another.close();
    homing.close();
  }

  @Test
  void nodesTogetherKeepARate() throws Exception {
    Subscribed subscription = api.subscribed(receiver, rate(100, "1s"));

    List<String> events = triggerAtBoth(subscription, 500);

    receiver.awaitEvents(events, PATIENCE);
    List<Instant> times = receiver.receipts().stream().map(Receipt::cameAt).sorted().toList();
    assertThat(times).hasSize(500);
    assertThat(mostWithin(Duration.ofSeconds(1), times)).isBetween(50, 110);
    awaitClosed(subscription);
  }

  /** Publishes so many events, by turns to one node and to the other, a few at a time. */
  private static List<String> triggerAtBoth(Subscribed subscription, int count) throws Exception {
    List<Future<String>> events = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < count; i++) {
        RunningHoming node = i % 2 == 0 ? homing : another;
        Callable<String> trigger = () -> node.api().trigger(subscription.type());
        events.add(threads.submit(trigger));
      }
    }
    return events.stream().map(PaceTest::get).toList();
  }

  private static String get(Future<String> event) {
    try {
      return event.get();
    } catch (InterruptedException | ExecutionException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static int mostWithin(Duration period, List<Instant> times) {
    int most = 0;
    for (int first = 0, next = 0; first < times.size(); first++) {
      while (next < times.size()
          && Duration.between(times.get(first), times.get(next)).compareTo(period) < 0) {
        next++;
      }
      most = Math.max(most, next - first);
    }
    return most;
  }

  @Test
  void nodesTogetherHaveNoMoreInFlightThanAllowed() throws Exception {
    Subscribed subscription = api.subscribed(receiver, Map.of("max_in_flight", 3));
    receiver.awaitEvents(triggerAtBoth(subscription, 2)); // Both nodes know that it answers.
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Semaphore answers = new Semaphore(0, true); // None waits until its attempt times out.
    receiver.answers(
        exchange -> {
          most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
          answers.acquireUninterruptibly();
          inFlight.decrementAndGet();
          Reply.status(200).to(exchange);
        });

    List<String> events = triggerAtBoth(subscription, 20);
    for (int answered = 0; answered < 20; answered++) {
      receiver.awaitReceipts(2 + Math.min(20, answered + 3), PATIENCE);
      answers.release();
    }

    receiver.awaitEvents(events, PATIENCE);
    assertThat(most).hasValue(3);
    awaitClosed(subscription);
  }

  @Test
  void standingSaysThatMoreWaitsThanThePaceAllows() {
    Subscribed subscription = api.subscribed(receiver, ONE_PER_HOUR);
    api.await(subscription.newDelivery(), "delivered");

    String waiting = subscription.newDelivery("retrying");

    JsonNode standing = standing(subscription);
    assertThat(Api.text(standing, "state")).isEqualTo("over_pace");
    assertThat(standing.get("reason").isNull()).isTrue();
    assertThat(standing.get("since").isString()).isTrue();
    assertThat(standing.get("waiting").intValue()).isOne();
    assertThat(api.delivery(waiting).get("attempt_count").intValue()).isZero();
    operator().awaitMessage(subscription.id(), "1 waits · over pace since ");
  }

  @Test
  void changedPaceAppliesToWhatWaits() {
    Subscribed subscription = api.subscribed(receiver, ONE_PER_HOUR);
    api.await(subscription.newDelivery(), "delivered");
    String waiting = subscription.newDelivery("retrying");
    operator().awaitMessage(subscription.id(), "1 waits · over pace since ");

    api.change(subscription.id(), rate(100, "1s"));

    awaitDelivered(waiting);
    awaitClosed(subscription);
  }

  @Test
  void requestedRetryAndTestDoNotWait() {
    Subscribed subscription = api.subscribed(receiver, ONE_PER_HOUR);
    api.await(subscription.newDelivery(), "delivered");
    String waiting = subscription.newDelivery("retrying");

    JsonNode tested = api.post(subscription.path() + "/test").expect(200).json();
    api.post("/deliveries/" + waiting + "/retry").expect(202);

    assertThat(Api.text(tested, "outcome")).isEqualTo("delivered");
    awaitDelivered(waiting);
  }

  @Test
  void eventsInOrderStayInOrder() {
    Subscribed subscription =
        api.subscribed(receiver, Map.of("ordered", true, "rate", Map.of("limit", 10, "per", "1s")));

    List<String> events =
        Stream.generate(
                () ->
                    Api.id(
                        api.send(
                                "POST",
                                "/webhooks/" + subscription.type(),
                                "{}",
                                "Homing-Ordering-Key",
                                "a")
                            .expect(202)))
            .limit(15)
            .toList();

    receiver.awaitEvents(events, PATIENCE);
    assertThat(receiver.receipts()).extracting(Receipt::id).containsExactlyElementsOf(events);
  }

  @Test
  void withoutRedisANodeKeepsThePaceOfATenant() {
    try (RunningHoming alone = RunningHoming.startAlone("pace-alone", Map.of())) {
      Api there = alone.api();
      there.send("PATCH", "/tenants/default", rate(20, "1h")).expect(200);
      Subscribed one = there.subscribed(receiver);
      Subscribed other = there.subscribed(receiver);

      String first = one.newDelivery("delivered");
      String second = other.newDelivery("delivered");
      String third = one.newDelivery("retrying");

      assertThat(there.delivery(third).get("attempt_count").intValue()).isZero();
      assertThat(Api.text(there.get(one.path()).json().get("standing"), "state"))
          .isEqualTo("over_pace");
      assertThat(receiver.receipts()).hasSize(2);
      assertThat(List.of(first, second)).doesNotHaveDuplicates();
    }
  }

  private static Map<String, Object> rate(int limit, String per) {
    return Map.of("rate", Map.of("limit", limit, "per", per));
  }

  private static Operator operator() {
    return new Operator(RealParts.shared().temporal(), homing.bean(WorkflowClient.class));
  }

  private static JsonNode standing(Subscribed subscription) {
    return api.get(subscription.path()).expect(200).json().get("standing");
  }

  private static void awaitClosed(Subscribed subscription) {
    await()
        .atMost(PATIENCE)
        .until(() -> Api.text(standing(subscription), "state"), "closed"::equals);
  }

  private static void awaitDelivered(String id) {
    await(id)
        .atMost(PATIENCE)
        .until(() -> Api.text(api.delivery(id), "state"), "delivered"::equals);
  }
}
