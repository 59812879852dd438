package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.ScriptedReceiver.Reply;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Receivers that refuse every attempt. */
class RefusalsTest {
  private final Api api = RunningHoming.shared().api();
  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void areStoredWithTheirResponses() {
    receiver.answers(
        Reply.status(302, "Location", "https://elsewhere.example/"),
        Reply.status(503, "Retry-After", "1"),
        Reply.status(200, "Server", "mine"));

    String delivery = api.subscribed(receiver, Api.IMPATIENT).newDelivery();
    JsonNode attempts = api.await(delivery, "delivered").get("attempts");

    assertThat(Api.text(attempts.get(0).get("response_headers"), "location"))
        .isEqualTo("https://elsewhere.example/");
    assertThat(Api.text(attempts.get(1).get("response_headers"), "retry-after")).isEqualTo("1");
    assertThat(attempts.get(2).get("response_headers").isNull()).isTrue();
    assertThat(Api.text(attempts.get(0), "url")).isEqualTo(receiver.url());
    assertThat(Api.text(attempts.get(1), "address")).isEqualTo("127.0.0.1");
    assertThat(attempts.get(2).get("url").isNull()).isTrue();
    assertThat(attempts.get(2).get("address").isNull()).isTrue();
  }

  @Test
  void areShownByTestEventsAsWell() {
    receiver.answers(Reply.status(503, "Retry-After", "9"));
    String path = api.subscribed(receiver).path();

    JsonNode result = api.post(path + "/test").expect(200).json();

    assertThat(Api.text(result.get("response_headers"), "retry-after")).isEqualTo("9");
  }
}
