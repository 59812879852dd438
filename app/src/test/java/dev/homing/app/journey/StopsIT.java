package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Homing is told to stop: it ends in good order, and in time. */
class StopsIT extends WithOwnParts {
  private static final String GIVEN_UP = "cannot record terminated runs now";

  @Test
  void aStopTurnsReadinessOffAndFinishesAttemptsUnderWay() throws InterruptedException {
    CountDownLatch answer = receiver.holdsBack(200, 200);
    Subscribed subscription = api.subscribed(receiver);
    String event = subscription.trigger();
    receiver.awaitReceipts(1);

    homing.terminate();
    await().until(() -> readiness() == 503);
    String late = subscription.trigger(); // Still served: not every load balancer has heard of it.
    answer.countDown();
    homing.stop();
    startAgain();

    receiver.awaitEvents(List.of(event, late), Duration.ofSeconds(90));
    api.await(api.deliveryId(event), "delivered");
    api.await(api.deliveryId(late), "delivered");
    assertThat(receiver.receipts()).extracting(Receipt::id).containsExactlyInAnyOrder(event, late);
  }

  @Test
  void aStopWithoutTemporalEndsInTime() {
    Subscribed subscription = api.subscribed(receiver);
    int before = homing.logged(GIVEN_UP).size();
    parts.temporal().stop();
    String event;
    try {
      // Each question to a Temporal that is away is given up soon, so that no stop waits for it.
      await().atMost(Duration.ofSeconds(30)).until(() -> homing.logged(GIVEN_UP).size() > before);
      event = subscription.trigger();
      homing.stop();
      startAgain();
    } finally {
      parts.temporal().start();
    }
    receiver.awaitEvents(List.of(event), Duration.ofSeconds(60));
    api.await(api.deliveryId(event), "delivered");
  }
}
