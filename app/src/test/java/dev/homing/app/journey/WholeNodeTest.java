package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a whole node does, whoever publishes. */
@Isolated("as it receives and reads what all publish")
class WholeNodeTest {
  private final Api api = RunningHoming.shared().api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void eachAttemptIsALineOfJsonInTheLog(CapturedOutput output) {
    Subscribed subscription = api.subscribed(receiver.answers(503, 200), Api.IMPATIENT);

    String event = subscription.trigger();

    String delivery = api.deliveryId(event);
    api.await(delivery, "delivered");
    List<JsonNode> lines =
        await().until(() -> attempts(output, delivery), attempts -> attempts.size() == 2);
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(Api.text(line, "message")).isEqualTo("attempt");
              assertThat(Api.text(line, "event_id")).isEqualTo(event);
              assertThat(Api.text(line, "subscription_id")).isEqualTo(subscription.id());
              assertThat(Api.text(line, "url")).isEqualTo(receiver.url());
              assertThat(line.get("took_millis").longValue()).isNotNegative();
            });
    assertThat(lines)
        .extracting(
            line -> line.get("attempt").intValue(),
            line -> Api.text(line, "outcome"),
            line -> line.get("status_code").intValue(),
            line -> Api.text(line, "state"))
        .containsExactly(
            tuple(1, "refused", 503, "retrying"), tuple(2, "delivered", 200, "delivered"));
  }

  private static List<JsonNode> attempts(CapturedOutput output, String delivery) {
    return output
        .getOut()
        .lines()
        .filter(line -> line.contains("\"delivery_id\":\"%s\"".formatted(delivery)))
        .map(JsonMapper.shared()::readTree)
        .filter(line -> Api.text(line, "logger_name").equals("homing.attempts"))
        .toList();
  }

  @Test
  void aStarReceivesEveryEvent() {
    String all = api.subscribe(receiver, "*", Map.of());
    try {
      String one = api.trigger(Types.unique());
      String other = api.trigger("just-one-word");

      receiver.awaitEvents(List.of(one, other));
    } finally {
      api.delete("/subscriptions/" + all).expect(204);
    }
  }
}
