package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Homing is killed and started again: nothing that was accepted is lost. */
class DeathsIT extends WithOwnParts {
  @Test
  void startsBeforeItsDependenciesAndHealsAsTheyCome() throws InterruptedException {
    homing.kill();
    parts.temporal().stop();
    parts.redis().stop();
    parts.postgres().stop();
    homing.launch();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.readString(homing.log()).lines().anyMatch(DeathsIT::saysThatItWaits));
    assertThat(homing.isAlive()).isTrue();

    parts.postgres().start();
    homing.awaitReady();
    String event = api.subscribed(receiver).trigger();

    parts.temporal().start();
    parts.redis().start();
    receiver.awaitEvents(List.of(event), Duration.ofSeconds(60));
    awaitHealth("UP");
  }

  private static boolean saysThatItWaits(String line) {
    return line.contains("flyway") && line.contains("Retrying");
  }

  @Test
  void aReceiverThatIsDownWhileHomingIsKilledGetsItsEvents() throws InterruptedException {
    Subscribed subscription = api.subscribed(receiver, Api.IMPATIENT);
    receiver.goDown();
    List<String> events = subscription.trigger(3);
    for (String event : events) {
      api.await(api.deliveryId(event), "retrying");
    }

    homing.kill();
    receiver.comeBack();
    startAgain();

    receiver.awaitEvents(events, Duration.ofSeconds(60));
    for (String event : events) {
      api.await(api.deliveryId(event), "delivered");
    }
  }

  @Test
  void anAttemptUnderWayAtAKillIsRepeatedWithTheSameId() throws InterruptedException {
    receiver.holdsBack(200, 200);
    String event = api.subscribed(receiver).trigger();
    receiver.awaitReceipts(1);

    homing.kill();
    startAgain();

    assertThat(receiver.awaitReceipts(2, Duration.ofSeconds(90)))
        .extracting(Receipt::id)
        .containsOnly(event);
    api.await(api.deliveryId(event), "delivered");
  }
}
