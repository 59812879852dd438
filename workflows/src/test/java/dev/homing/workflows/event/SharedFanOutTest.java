package dev.homing.workflows.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Samples;
import dev.homing.workflows.WorkflowTest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.WorkflowReplayer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedFanOutTest extends WorkflowTest {
  private final AcceptedEvent first = Samples.event();
  private final AcceptedEvent second =
      new AcceptedEvent(
          first.tenant(),
          new EventId(UUID.fromString("01920000-0000-7000-8000-000000000002")),
          "order.paid",
          1);
  private final ScriptedFirstAttempts attempts = new ScriptedFirstAttempts();

  @Override
  protected Object[] activities() {
    return new Object[] {attempts};
  }

  @Test
  void isOverAtOnceWhenAllAreDelivered() {
    start().getResult(Void.class);

    assertThat(attempts.calls).containsExactly("local");
    assertThat(attempts.started).isEmpty();
  }

  @Test
  void isNamedAfterTheFirstAndIsNotItsOwnWorkflow() {
    assertThat(SharedEventWorkflow.options(List.of(first, second)).getWorkflowId())
        .isEqualTo("evts_01920000-0000-7000-8000-000000000001");
  }

  @Test
  void startsAWorkflowForEachThatWaits() {
    IntStream.rangeClosed(1, 3).mapToObj(Samples::delivery).forEach(attempts.unfinished::add);

    start().getResult(Void.class);

    assertThat(attempts.calls).containsExactly("local", "starts");
    assertThat(attempts.started).containsExactlyElementsOf(attempts.unfinished);
  }

  @Test
  void startsThemLaterWhenTemporalIsAway() {
    attempts.unfinished.add(Samples.delivery(1));
    attempts.meanwhile = () -> attempts.failures = 3;

    start().getResult(Void.class);

    assertThat(attempts.calls).containsExactly("local", "starts", "starts", "starts", "starts");
    assertThat(attempts.started).containsExactlyElementsOf(attempts.unfinished);
  }

  @Test
  void givesAnEventThatIsSetApartItsOwnWorkflow() {
    attempts.apart.add(second);

    start().getResult(Void.class);

    client.newUntypedWorkflowStub(second.id().toString()).getResult(Void.class);
    assertThat(attempts.calls).containsExactly("local", "local");
  }

  @Test
  void callsAgainUntilItIsAnsweredWhenSendAllOfFails() {
    attempts.failures = 3;

    start().getResult(Void.class);

    assertThat(attempts.calls).containsExactly("local", "insistent", "insistent", "insistent");
  }

  @Test
  void recordsWhatIsUnfinishedOfAllAsCancelledWhenItIsCancelled() throws Exception {
    attempts.unfinished.add(Samples.delivery(1));
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch cancelRequested = new CountDownLatch(1);
    attempts.meanwhile =
        () -> {
          sending.countDown();
          try {
            cancelRequested.await();
          } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
          }
        };
    WorkflowStub running = start();
    sending.await();
    running.cancel();
    cancelRequested.countDown();

    assertThatExceptionOfType(WorkflowFailedException.class)
        .isThrownBy(() -> running.getResult(Void.class))
        .havingRootCause()
        .isInstanceOf(CanceledFailure.class);
    // The task that the cancel came into is made again.
    assertThat(attempts.calls).startsWith("local", "starts").endsWith("cancelled");
    assertThat(attempts.cancelled).containsExactly(first, second);
  }

  /** With three deliveries to start, and an event of its own. */
  @Test
  void replaysAHistoryOfAnEarlierVersion() throws Exception {
    WorkflowReplayer.replayWorkflowExecutionFromResource(
        "histories/shared-fan-out-some-waiting.json", SharedFanOut.class);
  }

  private WorkflowStub start() {
    List<AcceptedEvent> events = List.of(first, second);
    SharedEventWorkflow workflow =
        client.newWorkflowStub(SharedEventWorkflow.class, SharedEventWorkflow.options(events));
    WorkflowClient.start(workflow::tellEveryone, events);
    return WorkflowStub.fromTyped(workflow);
  }
}
