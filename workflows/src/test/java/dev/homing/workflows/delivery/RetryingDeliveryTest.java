package dev.homing.workflows.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.homing.workflows.Samples;
import dev.homing.workflows.WorkflowTest;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.WorkflowReplayer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RetryingDeliveryTest extends WorkflowTest {
  private static final Outcome DELIVERED = new Outcome.Delivered(200);
  private static final Outcome REFUSED = new Outcome.Refused(503, null);

  private final WaitingDelivery delivery = Samples.delivery(1);
  private final ScriptedSender sender = new ScriptedSender(temporal::currentTimeMillis);

  @Override
  protected Object[] activities() {
    return new Object[] {sender};
  }

  @Test
  void endsAfterOneSuccessfulAttempt() {
    sender.then(() -> DELIVERED);

    run();

    assertThat(sender.attemptedAt).hasSize(1);
    assertThat(sender.cancelled).isEmpty();
  }

  @Test
  void recoversOnTheFourthAttempt() {
    sender.then(() -> REFUSED, () -> REFUSED, () -> REFUSED, () -> DELIVERED);

    run();

    assertThat(sender.attemptedAt).hasSize(4);
    assertThat(waitBefore(2)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(7));
    assertThat(waitBefore(3)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(12));
    assertThat(waitBefore(4)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
  }

  @Test
  void waitsOutTheWholeScheduleThenGivesUp() {
    assertThatExceptionOfType(WorkflowFailedException.class).isThrownBy(this::run);

    assertThat(sender.attemptedAt).hasSize(20);
    Duration whole = Duration.between(sender.attemptedAt.getFirst(), sender.attemptedAt.getLast());
    assertThat(whole).isBetween(Duration.ofHours(82), Duration.ofHours(83));
    assertThat(sender.cancelled).isEmpty();
  }

  @Test
  void waitsAsLongAsTheReceiverAsksWhenThatIsLongerThanTheSchedule() {
    sender.then(() -> new Outcome.Refused(429, Duration.ofHours(1)), () -> DELIVERED);

    run();

    assertThat(waitBefore(2)).isBetween(Duration.ofHours(1), Duration.ofMinutes(73));
  }

  @Test
  void isCancelledWhileItWaits() {
    sender.then(() -> new Outcome.Refused(503, Duration.ofHours(20)));
    WorkflowStub running = start();
    awaitRetry(running);

    running.cancel();

    assertCancelled(running);
    assertThat(sender.attemptedAt).hasSize(1);
    assertThat(sender.cancelled).containsExactly(delivery.id());
  }

  @Test
  void finishesTheRunningAttemptBeforeItIsCancelled() {
    CountDownLatch attempted = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    sender.then(
        () -> {
          attempted.countDown();
          await(answered);
          return DELIVERED;
        });
    WorkflowStub running = start();
    await(attempted);

    running.cancel();
    // The test server loses an answer that comes at the very moment of the cancel.
    awaitEvent(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
    assertThat(sender.cancelled).isEmpty();
    answered.countDown();

    assertCancelled(running);
    assertThat(sender.attemptedAt).hasSize(1);
    // The ledger decides: a delivery that is delivered stays so.
    assertThat(sender.cancelled).containsExactly(delivery.id());
  }

  @Test
  void replaysHistoriesOfEarlierVersions() throws Exception {
    WorkflowReplayer.replayWorkflowExecutionFromResource(
        "histories/retrying-delivery-recovered.json", RetryingDelivery.class);
    WorkflowReplayer.replayWorkflowExecutionFromResource(
        "histories/retrying-delivery-cancelled.json", RetryingDelivery.class);
  }

  private void run() {
    start().getResult(Void.class);
  }

  private WorkflowStub start() {
    DeliveryWorkflow workflow =
        client.newWorkflowStub(DeliveryWorkflow.class, DeliveryWorkflow.options(delivery));
    WorkflowClient.start(workflow::deliver, delivery);
    return WorkflowStub.fromTyped(workflow);
  }

  private Duration waitBefore(int attempt) {
    Instant previous = sender.attemptedAt.get(attempt - 2);
    return Duration.between(previous, sender.attemptedAt.get(attempt - 1));
  }

  private void awaitEvent(EventType type) {
    Awaitility.await()
        .until(
            () ->
                client.fetchHistory(delivery.id().toString()).getEvents().stream()
                    .anyMatch(event -> event.getEventType() == type));
  }

  private static void assertCancelled(WorkflowStub workflow) {
    assertThatExceptionOfType(WorkflowFailedException.class)
        .isThrownBy(() -> workflow.getResult(Void.class))
        .havingRootCause()
        .isInstanceOf(CanceledFailure.class);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
