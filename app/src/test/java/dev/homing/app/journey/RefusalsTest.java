package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.homing.app.journey.ScriptedReceiver.Reply;
import io.temporal.client.WorkflowClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Receivers that refuse to the end. */
class RefusalsTest {
  private final Api api = RunningHoming.shared().api();
  private final String type = Types.unique();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  @Test
  void areKeptWithWhatTheySay() {
    receiver.answers(
        Reply.status(302, "Location", "https://elsewhere.example/"),
        Reply.status(503, "Retry-After", "1"),
        Reply.status(200, "Server", "mine"));
    api.subscribe(receiver, type, Api.IMPATIENT);

    String delivery = api.deliveryId(api.trigger(type));
    JsonNode attempts = api.await(delivery, "delivered").get("attempts");

    assertThat(Api.text(attempts.get(0).get("response_headers"), "location"))
        .isEqualTo("https://elsewhere.example/");
    assertThat(Api.text(attempts.get(1).get("response_headers"), "retry-after")).isEqualTo("1");
    assertThat(attempts.get(2).get("response_headers").isNull()).isTrue();
  }

  @Test
  void endWithoutAStackTraceInTheLog() {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    try {
      receiver.answers(503);
      api.subscribe(
          receiver,
          type,
          Map.of(
              "retry", Map.of("max_attempts", 2, "initial_interval", "1s", "max_interval", "1s")));
      String delivery = api.deliveryId(api.trigger(type));

      api.await(delivery, "failed");
      awaitEndOfWorkflow(delivery);

      assertThat(List.copyOf(log.list))
          .filteredOn(
              line -> line.getThrowableProxy() != null || line.toString().contains(delivery))
          .allSatisfy(
              line -> assertThat(line.getLoggerName()).as("%s", line).isEqualTo("homing.attempts"));
    } finally {
      root.detachAppender(log);
    }
  }

  private void awaitEndOfWorkflow(String delivery) {
    await()
        .until(
            () ->
                RunningHoming.shared()
                        .bean(WorkflowClient.class)
                        .newUntypedWorkflowStub(delivery)
                        .describe()
                        .getCloseTime()
                    != null);
  }
}
