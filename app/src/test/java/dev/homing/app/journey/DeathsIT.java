package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
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
    String type = Types.unique();
    api.subscribe(receiver, type, Map.of());
    String event = api.trigger(type);

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
    String type = Types.unique();
    api.subscribe(receiver, type, Api.IMPATIENT);
    receiver.goDown();
    List<String> events = List.of(api.trigger(type), api.trigger(type), api.trigger(type));
    for (String event : events) {
      api.await(api.deliveryId(event), "retrying");
    }

    homing.kill();
    receiver.comeBack();
    homing.launch();
    homing.awaitReady();

    receiver.awaitEvents(events, Duration.ofSeconds(60));
    for (String event : events) {
      api.await(api.deliveryId(event), "delivered");
    }
  }

  @Test
  void anAttemptUnderWayAtAKillIsRepeatedWithTheSameId() throws InterruptedException {
    String type = Types.unique();
    CountDownLatch never = new CountDownLatch(1);
    api.subscribe(
        receiver.answers(
            ScriptedReceiver.Reply.status(200).after(never), ScriptedReceiver.Reply.status(200)),
        type,
        Map.of());
    String event = api.trigger(type);
    receiver.awaitReceipts(1);

    homing.kill();
    homing.launch();
    homing.awaitReady();

    assertThat(receiver.awaitReceipts(2, Duration.ofSeconds(90)))
        .extracting(Receipt::id)
        .containsOnly(event);
    api.await(api.deliveryId(event), "delivered");
  }
}
