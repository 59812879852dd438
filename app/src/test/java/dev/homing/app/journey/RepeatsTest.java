package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.event.Events;
import dev.homing.app.development.RealParts;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Repeated requests are accepted once. */
class RepeatsTest {
  private final RunningHoming homing = RunningHoming.shared();
  private final Api api = homing.api();
  private final String type = Types.unique();
  private final String key = UUID.randomUUID().toString();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void getTheFirstAnswerAndAreDeliveredOnce() {
    api.subscribe(receiver, type, Map.of());
    Api.Answer first = publish("{}", "Idempotency-Key", key).expect(202);
    api.await(api.deliveryId(Api.id(first)), "delivered");

    Api.Answer again = publish("{}", "Idempotency-Key", key).expect(202);

    assertThat(again.text()).isEqualTo(first.text());
    assertThat(again.header("Location")).isEqualTo(first.header("Location"));
    assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
    assertThat(first.header("Idempotent-Replayed")).isEmpty();
    assertThat(receiver.receipts()).hasSize(1);
    assertThat(events()).isEqualTo(1);
  }

  @Test
  void areRecognisedWithAndWithoutQuotes() {
    Api.Answer bare = publish("{}", "Idempotency-Key", key).expect(202);

    assertThat(publish("{}", "Idempotency-Key", "\"" + key + "\"").expect(202).text())
        .isEqualTo(bare.text());
  }

  @Test
  void areRefusedForADifferentRequest() {
    publish("{\"a\":1}", "Idempotency-Key", key).expect(202);

    Api.Answer refused = publish("{\"a\":2}", "Idempotency-Key", key).expect(422);

    assertThat(Api.text(refused.json(), "detail")).contains("Idempotency-Key", "new one");
    assertThat(events()).isEqualTo(1);
  }

  /** RFC 9651, section 4.2.5. */
  @ParameterizedTest
  @ValueSource(
      strings = {"\"a b\"", "\"\"", "\"", "\"a", "\"a\\\"", "\"a\\b\"", "\"a\"b\"", "\"a\";p=1"})
  void malformedKeyIsRefused(String malformed) {
    publish("{}", "Idempotency-Key", malformed).expect(400);
    publish("{}", "Idempotency-Key", "\"" + "k".repeat(6_000) + "\"").expect(400);
    assertThat(events()).isZero();
  }

  @Test
  void escapesInAKeyAreDecoded() {
    Api.Answer first =
        publish("{}", "Idempotency-Key", "\"a\\\"\\\\%s\"".formatted(key)).expect(202);

    assertThat(publish("{}", "Idempotency-Key", "a\"\\" + key).expect(202).text())
        .isEqualTo(first.text());
  }

  @Test
  void anotherEventIdWithTheSameKeyIsRefused() {
    publish("{}", "Homing-Event-Id", "1." + key, "Idempotency-Key", key).expect(202);

    publish("{}", "Homing-Event-Id", "2." + key, "Idempotency-Key", key).expect(422);
    publish("{}", "Idempotency-Key", key).expect(422);
    assertThat(events()).isEqualTo(1);
    publish("{}", "Homing-Event-Id", "2." + key).expect(202);
    Api.Answer again = publish("{}", "Homing-Event-Id", "1." + key, "Idempotency-Key", key);
    assertThat(again.expect(202).header("Idempotent-Replayed")).isEqualTo("true");
    assertThat(events()).isEqualTo(2);
  }

  /** The body begins like the id of the other event. */
  @Test
  void anEventIdIsNotMistakenForItsBody() {
    publish("1." + key, "Idempotency-Key", key).expect(202);

    publish("", "Homing-Event-Id", "1." + key, "Idempotency-Key", key).expect(422);
  }

  @Test
  void areRecognisedByTheEventId() {
    Api.Answer first =
        publish("{}", "Homing-Event-Id", "order-7." + key, "Idempotency-Key", "1" + key)
            .expect(202);
    Api.Answer again =
        publish("{}", "Homing-Event-Id", "order-7." + key, "Idempotency-Key", "2" + key)
            .expect(202);

    assertThat(again.text()).isEqualTo(first.text());
    assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
    assertThat(Api.text(api.event(Api.id(first)), "external_id")).isEqualTo("order-7." + key);
    Api.Answer refused = publish("{\"b\":1}", "Homing-Event-Id", "order-7." + key).expect(422);
    assertThat(Api.text(refused.json(), "detail")).contains("Homing-Event-Id");
    assertThat(events()).isEqualTo(1);
  }

  @Test
  void makeOneEventEvenWhenConcurrent() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Api.Answer>> all =
          IntStream.range(0, 20)
              .mapToObj(
                  _ ->
                      CompletableFuture.supplyAsync(
                          () -> publish("{}", "Idempotency-Key", key), threads))
              .toList();
      for (CompletableFuture<Api.Answer> one : all) {
        assertThat(one.get().expect(202).text()).isEqualTo(all.getFirst().get().text());
      }
    }
    assertThat(events()).isEqualTo(1);
  }

  @Test
  void areToldToWaitWhileTheFirstIsUnderWayElsewhere() throws Exception {
    try (Connection elsewhere = claimed()) {
      Api.Answer meanwhile = publish("{}", "Idempotency-Key", key).expect(409);
      assertThat(Api.text(meanwhile.json(), "detail")).contains("in progress", "Repeat");

      elsewhere.rollback();
      publish("{}", "Idempotency-Key", key).expect(202);
    }
  }

  @Test
  void delayNoOthersWhileTheFirstIsUnderWayElsewhere() throws Exception {
    try (Connection elsewhere = claimed();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting =
          CompletableFuture.supplyAsync(() -> publish("{}", "Idempotency-Key", key), threads);
      for (int i = 0; i < 5; i++) {
        publish("{}", "Idempotency-Key", i + key).expect(202);
        publish("{}").expect(202);
      }
      assertThat(waiting).isNotDone();
      elsewhere.rollback();
      waiting.get().expect(202);
    }
    assertThat(events()).isEqualTo(11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two words", "", "\"un\"quoted\" \""})
  void areNotRecognisedByAnEmptyKey(String wrong) {
    Api.Answer refused = publish("{}", "Idempotency-Key", wrong).expect(400);

    assertThat(Api.text(refused.json(), "detail")).contains("Idempotency-Key", "255");
    assertThat(events()).isZero();
  }

  @Test
  void areNotRecognisedByATooLongKey() {
    publish("{}", "Idempotency-Key", "k".repeat(255)).expect(202);
    publish("{}", "Idempotency-Key", "k".repeat(256)).expect(400);
    publish("{}", "Homing-Event-Id", "k".repeat(65)).expect(400);
    publish("{}", "Homing-Event-Id", "order/7").expect(400);
  }

  @Test
  void needTheSameKey() {
    publish("{}", "Idempotency-Key", "a" + key).expect(202);
    publish("{}", "Idempotency-Key", "A" + key).expect(202);
    publish("{}").expect(202);
    publish("{}").expect(202);

    assertThat(events()).isEqualTo(4);
  }

  /** Claims a key like a node whose commit is not finished. */
  private Connection claimed() throws SQLException, InterruptedException, ExecutionException {
    Connection elsewhere =
        DriverManager.getConnection(
            "jdbc:postgresql://127.0.0.1:%d/journeys"
                .formatted(RealParts.shared().postgres().port()),
            "postgres",
            "postgres");
    elsewhere.setAutoCommit(false);
    try (var claim =
        elsewhere.prepareStatement(
            """
            insert into event_keys
              (tenant, kind, key, fingerprint, event_id, event_type, recipients)
            values ('default', 'idempotency', ?, '', gen_random_uuid(), 'x', 0)
            """)) {
      claim.setString(1, key);
      assertThat(claim.executeUpdate()).isEqualTo(1);
    }
    return elsewhere;
  }

  private Api.Answer publish(String body, String... headers) {
    return api.send("POST", "/webhooks/" + type, body, headers);
  }

  private int events() {
    var all = api.get("/events?limit=250&type=" + type).expect(200).json().get("items");
    all.forEach(
        event ->
            assertThat(
                    homing
                        .bean(Events.class)
                        .find(Tenant.DEFAULT, EventId.read(Api.text(event, "id")).orElseThrow()))
                .isPresent());
    return all.size();
  }
}
