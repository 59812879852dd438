package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;

/** Events with an ordering key. */
@ExtendWith(Rows.class)
class OrderIT {
  private static final int KEYS = 10;
  private static final int EVENTS_OF_A_KEY = 200;

  /** Of no sink of the world. */
  private static final String TYPE = "ordered.happened";

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @Row(number = 51, fault = "nodes killed in turn while events of ten keys are sent in order")
  void eventsOfAKeyComeInOrder(World world) throws Exception {
    Node one = world.node();
    Node other = world.node();
    world.begin(one, other);
    world.generator.awaitAccepted(5);
    world.generator.pause();
    world.awaitQuiet();
    try (RecordingReceivers ordered = new RecordingReceivers();
        ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
      subscribe(world, ordered);
      List<Future<List<String>>> keys =
          IntStream.range(0, KEYS)
              .mapToObj(key -> publishers.submit(() -> publish("key-" + key, one, other)))
              .toList();
      killAndRestart(one, 300, ordered, world);
      killAndRestart(other, 900, ordered, world);

      List<List<String>> published = new ArrayList<>();
      for (Future<List<String>> key : keys) {
        published.add(get(key));
      }
      World.until(
          "all events have come",
          PATIENCE,
          () -> firstReceipts(ordered).size() == KEYS * EVENTS_OF_A_KEY);
      List<String> receipts = firstReceipts(ordered);
      for (List<String> events : published) {
        assertThat(receipts.stream().filter(events::contains)).containsExactlyElementsOf(events);
      }
      World.until(
          "all are recorded",
          PATIENCE,
          () -> world.count("select count(*) from sequences where waits") == 0);
      assertThat(one.metric("homing_sequences_stalled")).isZero();
      assertThat(other.metric("homing_sequences_stalled")).isZero();
    }
    world.generator.goOn();
    world.generator.awaitAccepted(10);
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  private static void subscribe(World world, RecordingReceivers ordered) {
    world.watch(
        Api.id(
            world
                .api()
                .post(
                    "/subscriptions",
                    Map.of(
                        "url", ordered.url(0),
                        "secret", RecordingReceivers.secret(0),
                        "event_types", List.of(TYPE),
                        "ordered", true))
                .expect(201)));
  }

  private static void killAndRestart(
      Node node, int receipts, RecordingReceivers ordered, World world) {
    World.until(receipts + " receipts", PATIENCE, () -> ordered.answered().size() >= receipts);
    node.kill();
    world.checkPlaces();
    world.start(node);
  }

  /** Publishes events of a key one after the other, each until it is accepted by any node. */
  private static List<String> publish(String key, Node... nodes) {
    List<String> events = new ArrayList<>();
    for (int turn = 0; events.size() < EVENTS_OF_A_KEY; turn++) {
      Node node = nodes[turn % nodes.length];
      try {
        Api.Answer answer =
            node.api()
                .send(
                    "POST",
                    "/webhooks/" + TYPE,
                    "{}",
                    "Homing-Ordering-Key",
                    key,
                    "Idempotency-Key",
                    key + "." + events.size());
        if (answer.status() == 202) {
          events.add(Api.id(answer));
        } else {
          LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
      } catch (UncheckedIOException nobodyKnows) {
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos()); // The next try has the same key.
      }
    }
    return events;
  }

  private static List<String> get(Future<List<String>> events) throws InterruptedException {
    try {
      return events.get();
    } catch (ExecutionException failed) {
      throw new AssertionError(failed.getCause());
    }
  }

  private static List<String> firstReceipts(RecordingReceivers ordered) {
    return ordered.answered().stream().map(each -> each.visit().event()).distinct().toList();
  }
}
