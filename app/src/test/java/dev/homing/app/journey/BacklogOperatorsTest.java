package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

/** What operators see of a receiver in trouble, and do about it, with the Temporal CLI. */
@LongWaits
class BacklogOperatorsTest {
  private static final String NAMESPACE = "backlog-operators";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Retries every second for some minutes. */
  private static final Map<String, Object> STEADY =
      Map.of("retry", Map.of("initial_interval", "1s", "max_interval", "1s", "max_attempts", 100));

  private static RunningHoming homing;
  private static Operator operator;
  private static Api api;

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @BeforeAll
  static void startIt() {
    homing = RunningHoming.start(RunningHoming.apart(NAMESPACE, Map.of("HOMING_OWN_RETRIES", "0")));
    homing.awaitHealthy();
    operator = new Operator(RealParts.shared().temporal(), homing.bean(WorkflowClient.class));
    api = homing.api();
  }

  @AfterAll
  static void stopIt() {
    homing.close();
  }

  @Test
  void describeSaysHowManyWaitAndWhy() {
    Subscribed subscription = inTrouble();

    String described = cli("workflow", "describe", "-w", subscription.id());

    assertThat(described).contains("Backlog");
    assertThat(described).containsPattern("\\d+ wait · open since .+Z, 503 · next at .+Z");
  }

  @Test
  void drainsAreHandedOutByTenant() {
    Subscribed subscription = inTrouble();

    assertThat(operator.fairnessKey(subscription.id())).isEqualTo("default");
  }

  @Test
  void cancelCancelsWhatWaits() {
    Subscribed subscription = inTrouble();
    String id = waiting(subscription);

    cli("workflow", "cancel", "-w", subscription.id());

    assertThat(Api.text(api.await(id, "cancelled"), "reason")).isEqualTo("cancelled");
    operator.awaitStatus(subscription.id(), "CANCELED");
    receiver.answers(200);
    awaitDelivered(subscription.newDelivery());
  }

  @Test
  void terminatedWorkflowComesBack() {
    Subscribed subscription = inTrouble();
    String id = waiting(subscription);
    String terminated = operator.runId(subscription.id());

    cli("workflow", "terminate", "-w", subscription.id());

    await()
        .atMost(PATIENCE)
        .until(() -> operator.runId(subscription.id()), run -> !run.equals(terminated));
    receiver.answers(200);
    awaitDelivered(id);
  }

  @Test
  void pausedActivitySendsNothingUntilUnpaused() {
    Subscribed subscription = inTrouble();
    String activity = operator.awaitPendingActivity(subscription.id());

    cli("activity", "pause", "-w", subscription.id(), "-a", activity);
    operator.awaitPaused(subscription.id());
    receiver.answers(200);
    String id = waiting(subscription);
    awaitLonger();
    assertThat(Api.text(api.delivery(id), "state")).isEqualTo("retrying");

    cli("activity", "unpause", "-w", subscription.id(), "-a", activity);
    awaitDelivered(id);
  }

  @Test
  void resetActivityProbesNow() {
    Subscribed subscription = held();
    String id = waiting(subscription);
    String activity = operator.awaitPendingActivity(subscription.id());
    receiver.answers(200);

    cli("activity", "reset", "-w", subscription.id(), "-a", activity);

    awaitDelivered(id);
  }

  @Test
  void deliveryThatIsDueSoonerWakesTheDrain() {
    Subscribed subscription = api.subscribed(receiver.answers(500), Api.PATIENT);
    subscription.newDelivery("retrying");
    operator.awaitMessage(subscription.id(), "1 waits · in good standing · next at");
    api.change(subscription.id(), STEADY);
    receiver.answers(500, 200);

    awaitDelivered(subscription.newDelivery());

    operator.awaitMessage(subscription.id(), "1 waits · in good standing · next at");
  }

  /** A workflow that sleeps is woken once its drain is two seconds late. */
  @Test
  void turnBesideAFailingHeadWaitsForNoWorkflow() {
    Subscribed subscription = blockedByAHead();
    List<Duration> waits = new ArrayList<>();

    for (int i = 0; i < 5; i++) {
      String next = turn(subscription);
      Instant begin = Instant.now();
      awaitDelivered(next);
      waits.add(Duration.between(begin, Instant.now()));
    }

    assertThat(waits.stream().sorted().toList().get(2)).isLessThan(Duration.ofMillis(1_500));
  }

  @Test
  void turnIsHeldByAPausedActivity() {
    Subscribed subscription = blockedByAHead();
    String activity = operator.awaitPendingActivity(subscription.id());
    cli("activity", "pause", "-w", subscription.id(), "-a", activity);
    operator.awaitPaused(subscription.id());

    String turn = turn(subscription);
    awaitStanding("run_paused and look_after is not null", subscription);

    JsonNode waiting = api.delivery(turn);
    assertThat(Api.text(waiting, "state")).isEqualTo("retrying");
    assertThat(waiting.get("attempt_count").intValue()).isZero();
    cli("activity", "unpause", "-w", subscription.id(), "-a", activity);
    awaitDelivered(turn);
  }

  /** A subscription in whose backlog a head waits for an hour, and whose workflow waits for it. */
  private Subscribed blockedByAHead() {
    Map<String, Object> ordered = new HashMap<>(Api.PATIENT);
    ordered.put("ordered", true);
    Subscribed subscription = api.subscribed(receiver.answers(500), ordered);
    publish(subscription, "failing");
    operator.awaitMessage(subscription.id(), "1 waits · in good standing · next at");
    awaitStanding(
        "next_look > now() + interval '30 minutes' and leased_until is null", subscription);
    return subscription;
  }

  /** A delivery that gets its turn in another sequence. */
  private String turn(Subscribed subscription) {
    CountDownLatch answer = receiver.holdsBack(200, 200);
    int before = receiver.receipts().size();
    publish(subscription, "healthy");
    receiver.awaitReceipts(before + 1);
    String next = api.deliveryId(publish(subscription, "healthy"));
    answer.countDown();
    return next;
  }

  private static String publish(Subscribed subscription, String key) {
    return Api.id(
        api.send("POST", "/webhooks/" + subscription.type(), "{}", "Homing-Ordering-Key", key)
            .expect(202));
  }

  private static void awaitStanding(String condition, Subscribed subscription) {
    await(condition)
        .atMost(PATIENCE)
        .until(
            () ->
                homing
                    .bean(JdbcClient.class)
                    .sql(
                        "select exists (select from standings"
                            + " where subscription_id = cast(:id as uuid) and "
                            + condition
                            + ")")
                    .param("id", subscription.id().substring(4))
                    .query(Boolean.class)
                    .single());
  }

  @Test
  void completedWhenNothingWaits() {
    Subscribed subscription = inTrouble();
    receiver.answers(200);

    operator.awaitStatus(subscription.id(), "COMPLETED");

    assertThat(operator.runId(subscription.id())).isNotEmpty();
  }

  /** Longer than until the next probe, and until a late drain is looked up. */
  private static void awaitLonger() {
    Instant until = Instant.now().plusSeconds(15);
    await().atMost(PATIENCE).until(() -> Instant.now().isAfter(until));
  }

  /** A subscription whose breaker is open and whose backlog has its workflow. */
  private Subscribed inTrouble() {
    Subscribed subscription = api.subscribed(receiver.answers(503), STEADY);
    subscription.trigger(10);
    operator.awaitMessage(subscription.id(), "next at");
    return subscription;
  }

  /** A subscription whose receiver asked for an hour, and whose backlog has its workflow. */
  private Subscribed held() {
    Subscribed subscription =
        api.subscribed(receiver.answers(Reply.status(503, "Retry-After", "3600")), STEADY);
    subscription.trigger(10);
    operator.awaitMessage(subscription.id(), "next at");
    return subscription;
  }

  private static String waiting(Subscribed subscription) {
    return subscription.newDelivery("retrying");
  }

  private static String cli(String... arguments) {
    return operator.cli(
        Stream.concat(Stream.of(arguments), Stream.of("--namespace", NAMESPACE))
            .toArray(String[]::new));
  }

  private static void awaitDelivered(String id) {
    await(id)
        .atMost(PATIENCE)
        .until(() -> Api.text(api.delivery(id), "state"), "delivered"::equals);
  }
}
