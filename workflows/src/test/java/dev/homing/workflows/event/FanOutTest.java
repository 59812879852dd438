package dev.homing.workflows.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Samples;
import dev.homing.workflows.WorkflowTest;
import dev.homing.workflows.delivery.WaitingDelivery;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.WorkflowReplayer;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FanOutTest extends WorkflowTest {
  private final AcceptedEvent event = Samples.event();
  private final ScriptedFirstAttempts attempts = new ScriptedFirstAttempts();

  @Override
  protected Object[] activities() {
    return new Object[] {attempts};
  }

  @Test
  void isOverAtOnceWhenAllAreDelivered() {
    start().getResult(Void.class);

    assertThat(attempts.calls).containsExactly("local");
    assertThat(attempts.retried).isEmpty();
  }

  @Test
  void startsAWorkflowForEachThatWaits() {
    leaveWaiting(3);

    start().getResult(Void.class);

    awaitDeliveries();
    assertThat(attempts.retried).containsExactlyInAnyOrderElementsOf(ids());
  }

  @Test
  void tellsMoreThanAPageInAsManyRunsAsItTakes() {
    leaveWaiting(Unfinished.PAGE + 1);

    start().getResult(Void.class);

    awaitDeliveries();
    // On a busy machine a task takes so long that the server has it made again.
    assertThat(attempts.calls).containsOnly("local").hasSizeGreaterThanOrEqualTo(2);
    assertThat(attempts.retried).containsExactlyInAnyOrderElementsOf(ids());
  }

  @Test
  void callsAgainUntilItIsAnsweredWhenSendAllFails() {
    leaveWaiting(1);
    attempts.failures = 3;

    start().getResult(Void.class);

    awaitDeliveries();
    assertThat(attempts.calls).containsExactly("local", "insistent", "insistent", "insistent");
    assertThat(attempts.retried).containsExactlyElementsOf(ids());
  }

  @Test
  void takesADeliveryThatRunsAlreadyForStarted() {
    leaveWaiting(1);
    WorkflowStub first = start();
    first.getResult(Void.class);
    awaitDeliveries();

    start().getResult(Void.class);

    // On a busy machine a task takes so long that the server has it made again.
    assertThat(attempts.calls).containsOnly("local").hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void recordsWhatIsUnfinishedAsCancelledWhenItIsCancelledWhileItSends() {
    leaveWaiting(2);
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch cancelRequested = new CountDownLatch(1);
    attempts.meanwhile =
        () -> {
          sending.countDown();
          await(cancelRequested);
        };
    WorkflowStub running = start();
    await(sending);
    running.cancel();
    cancelRequested.countDown();

    assertThatExceptionOfType(WorkflowFailedException.class)
        .isThrownBy(() -> running.getResult(Void.class))
        .havingRootCause()
        .isInstanceOf(CanceledFailure.class);
    assertThat(attempts.calls).containsExactly("local", "cancelled");
    assertThat(attempts.cancelledRounds)
        .containsExactly(running.describe().getExecution().getRunId());
  }

  @Test
  void replaysHistoriesOfEarlierVersions() throws Exception {
    WorkflowReplayer.replayWorkflowExecutionFromResource(
        "histories/fan-out-all-delivered.json", FanOut.class);
    WorkflowReplayer.replayWorkflowExecutionFromResource(
        "histories/fan-out-some-waiting.json", FanOut.class);
    WorkflowReplayer.replayWorkflowExecutionFromResource(
        "histories/fan-out-second-page.json", FanOut.class);
  }

  private void leaveWaiting(int count) {
    IntStream.rangeClosed(1, count).mapToObj(Samples::delivery).forEach(attempts.unfinished::add);
  }

  private Iterable<DeliveryId> ids() {
    return attempts.unfinished.stream().map(WaitingDelivery::id).toList();
  }

  private WorkflowStub start() {
    EventWorkflow workflow =
        client.newWorkflowStub(EventWorkflow.class, EventWorkflow.options(event));
    WorkflowClient.start(workflow::tellEveryone, event, null, null);
    return WorkflowStub.fromTyped(workflow);
  }

  private void awaitDeliveries() {
    attempts.unfinished.forEach(
        delivery -> client.newUntypedWorkflowStub(delivery.id().toString()).getResult(Void.class));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
