package dev.homing.app.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.client.WorkflowClient;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("as it listens to the log of all")
class ExpectedFailuresTest {
  private final RunningHoming homing = RunningHoming.shared();
  private final LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @AutoClose private final ScriptedReceiver receiver = ScriptedReceiver.start();

  /** Another instance started in this JVM since then and reset the log. */
  @BeforeEach
  void listen() {
    ExpectedFailures.install();
    log.start();
    logs.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logs.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(log);
  }

  @Test
  void anExhaustedScheduleIsOneLineWithoutAStackTrace() {
    Api api = homing.api();

    String delivery = api.subscribed(receiver.answers(503), Api.TWICE).newDelivery("failed");
    await().until(() -> hasEnded(delivery));

    assertThat(List.copyOf(log.list))
        .filteredOn(line -> line.getFormattedMessage().contains(delivery))
        .isEmpty();
    assertThat(List.copyOf(log.list))
        .extracting(ILoggingEvent::getLoggerName)
        .contains("homing.attempts");
  }

  private boolean hasEnded(String workflow) {
    return homing
            .bean(WorkflowClient.class)
            .newUntypedWorkflowStub(workflow)
            .describe()
            .getCloseTime()
        != null;
  }

  @Test
  void anyOtherFailureOfAWorkflowIsLogged() {
    Logger temporals = logs.getLogger("io.temporal.internal.sync.WorkflowExecutionHandler");

    temporals.warn("{} {}", "one", "two", failure("failed"));
    temporals.warn("{} {}", "one", "three", failure("own_fault"));
    temporals.warn("{} {}", "one", "four", new IllegalStateException());
    temporals.error("{} {}", "one", "five", failure("failed"));
    temporals.warn("six", failure("own_fault"));

    assertThat(List.copyOf(log.list))
        .filteredOn(line -> line.getLoggerName().equals(temporals.getName()))
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("one three", "one four", "one five", "six");
  }

  private static ActivityFailure failure(String type) {
    return new ActivityFailure(
        "failed",
        1,
        2,
        "Send",
        "id",
        RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE,
        "test",
        ApplicationFailure.newNonRetryableFailure("over", type));
  }

  @Test
  void areFilteredFromTheStartOfEveryNode() {
    logs.getTurboFilterList().removeIf(ExpectedFailures.class::isInstance);

    try (RunningHoming _ = RunningHoming.startAlone("expected_failures", Map.of())) {
      assertThat(logs.getTurboFilterList()).hasAtLeastOneElementOfType(ExpectedFailures.class);
    }
  }
}
