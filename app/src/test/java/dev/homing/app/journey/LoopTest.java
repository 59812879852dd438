package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import dev.homing.app.journey.Api.Answer;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that come back to Homing. */
class LoopTest {
  private static final List<String> FORWARDED = List.of("user-agent", "webhook-id", "homing-hops");

  private final RunningHoming homing = RunningHoming.shared();
  private final Api api = homing.api();
  private final String type = Types.unique();
  private final List<Integer> statuses = new CopyOnWriteArrayList<>();

  @AutoClose private final ScriptedReceiver relay = ScriptedReceiver.start();

  @Test
  void endAfterAFewHops() {
    relay.answers(this::publishAgain);
    api.subscribe(relay, type, Api.ONCE);

    api.trigger(type);

    await().until(() -> statuses.contains(508));
    assertThat(statuses).containsExactly(202, 202, 202, 508);
    assertThat(relay.receipts())
        .map(receipt -> receipt.headers().getOrDefault("homing-hops", List.of()))
        .containsExactly(List.of(), List.of("1"), List.of("2"), List.of("3"));
    assertThat(events()).isEqualTo(4);
  }

  @Test
  void areCountedAtEachAttempt() {
    relay.answers(503, 200);
    api.subscribe(relay, type, Api.IMPATIENT);

    publish("homing-hops", "1").expect(202);

    assertThat(relay.awaitReceipts(2))
        .map(receipt -> receipt.header("homing-hops"))
        .containsExactly("2", "2");
  }

  @Test
  void areCountedForEventsThatShareAWorkflow() {
    relay.answers(Reply.status(200));
    api.subscribe(relay, type, Map.of());

    IntStream.range(0, 50).parallel().forEach(_ -> publish("homing-hops", "0").expect(202));

    assertThat(relay.awaitReceipts(50))
        .allSatisfy(receipt -> assertThat(receipt.header("homing-hops")).isEqualTo("1"));
  }

  @ParameterizedTest
  @CsvSource({
    "Homing/1.2.3, evt_1, , 1",
    "Homing/1.2.3, , , ",
    "curl/8, evt_1, , ",
    "curl/8, , 0, 1",
    "curl/8, , 2, 3",
    "Homing/1.2.3, evt_1, 2, 3",
    "Homing/1.2.3, evt_1, ' 2 ', 3",
  })
  void areRecognisedByTheirHeaders(String agent, String id, String hops, String sent) {
    api.subscribe(relay, type, Map.of());
    List<String> headers = new ArrayList<>(List.of("user-agent", agent));
    if (id != null) {
      headers.addAll(List.of("webhook-id", id));
    }
    if (hops != null) {
      headers.addAll(List.of("homing-hops", hops));
    }

    publish(headers.toArray(String[]::new)).expect(202);

    assertThat(relay.awaitReceipts(1).getFirst().headers().get("homing-hops"))
        .isEqualTo(sent == null ? null : List.of(sent));
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "4", "999999999", "000000003"})
  void areRefusedAfterTooManyHopsWithoutEffect(String hops) {
    Answer answer = publish("homing-hops", hops, "Homing-Event-Id", type).expect(508);

    assertThat(answer.json().get("detail").stringValue()).contains("more than 3 times");
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(events()).isZero();
    publish("Homing-Event-Id", type).expect(202);
  }

  @Test
  void areNotHiddenByASecondHeader() {
    publish("homing-hops", "0", "homing-hops", "3").expect(508);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.0", "1, 1", "0x1", "9999999999"})
  void areRefusedWithMalformedHops(String hops) {
    publish("homing-hops", hops).expect(400);

    assertThat(events()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "app.localhost", "127.9.9.9", "[::1]"})
  void neverBeginAtThisNodeItself(String host) {
    for (int port : List.of(homing.port(), homing.management().base().getPort())) {
      api.post(
              "/subscriptions",
              Map.of(
                  "url",
                  "http://%s:%d/webhooks/%s".formatted(host, port, type),
                  "event_types",
                  List.of(type)))
          .expect(422);
    }
  }

  private void publishAgain(HttpExchange exchange) throws IOException {
    List<String> headers = new ArrayList<>();
    for (String name : FORWARDED) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        headers.addAll(List.of(name, value));
      }
    }
    int status = publish(headers.toArray(String[]::new)).status();
    statuses.add(status);
    exchange.sendResponseHeaders(status, -1);
  }

  private Answer publish(String... headers) {
    return api.send("POST", "/webhooks/" + type, BodyPublishers.ofString("{}"), headers);
  }

  private int events() {
    return api.get("/events?type=" + type).expect(200).json().get("items").size();
  }
}
