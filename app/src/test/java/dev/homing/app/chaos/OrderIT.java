package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.Receipt;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
      String subscription = subscribe(world, ordered);
      List<Future<Published>> keys =
          IntStream.range(0, KEYS)
              .mapToObj(key -> publishers.submit(() -> publish(key, one, other)))
              .toList();
      killAndRestart(one, 300, ordered, world);
      killAndRestart(other, 900, ordered, world);

      List<Published> published = new ArrayList<>();
      for (Future<Published> key : keys) {
        published.add(get(key));
      }
      World.until("all are recorded", PATIENCE, () -> isOver(subscription, world));
      for (Published each : published) {
        List<Receipt> receipts = firstReceipts(each.key(), ordered);
        assertThat(receipts.stream().map(Receipt::id).filter(each.events()::contains))
            .containsExactlyElementsOf(each.events());
        assertThat(receipts).extracting(OrderIT::number).isSorted();
        // What comes twice has another id, from a try without an answer.
        assertThat(receipts.size() - EVENTS_OF_A_KEY).isBetween(0, each.unknown());
      }
      assertThat(one.metric("homing_sequences_stalled")).isZero();
      assertThat(other.metric("homing_sequences_stalled")).isZero();
    }
    world.generator.goOn();
    world.generator.awaitAccepted(10);
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  private static String subscribe(World world, RecordingReceivers ordered) {
    String subscription =
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
                .expect(201));
    world.watch(subscription);
    return subscription;
  }

  private static void killAndRestart(
      Node node, int receipts, RecordingReceivers ordered, World world) {
    World.until(receipts + " receipts", PATIENCE, () -> ordered.answered().size() >= receipts);
    node.kill();
    world.checkPlaces();
    world.start(node);
  }

  /**
   * The accepted events of a key.
   *
   * @param unknown tries that may have been accepted as one more event
   */
  private record Published(int key, List<String> events, int unknown) {}

  /**
   * Publishes the events of a key one after the other, each until any node accepts it: with an
   * {@code Idempotency-Key} if the key is even.
   */
  private static Published publish(int key, Node... nodes) {
    List<String> events = new ArrayList<>();
    int unknown = 0;
    for (int turn = 0; events.size() < EVENTS_OF_A_KEY; turn++) {
      Call.Outcome outcome = Call.Outcome.UNKNOWN;
      try {
        Api.Answer answer = publish(key, events.size(), nodes[turn % nodes.length]);
        outcome = Generator.outcome(answer.status(), answer.body());
        if (outcome == Call.Outcome.OK) {
          events.add(Api.id(answer));
        }
      } catch (UncheckedIOException nobodyKnows) {
        // It may have been accepted.
      }
      if (outcome != Call.Outcome.OK) {
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      }
      if (outcome == Call.Outcome.UNKNOWN && key % 2 == 1) {
        unknown++;
      }
    }
    return new Published(key, events, unknown);
  }

  private static Api.Answer publish(int key, int number, Node node) {
    List<String> headers = new ArrayList<>(List.of("Homing-Ordering-Key", "key-" + key));
    if (key % 2 == 0) {
      headers.addAll(List.of("Idempotency-Key", key + "." + number));
    }
    return node.api()
        .send("POST", "/webhooks/" + TYPE, key + "." + number, headers.toArray(String[]::new));
  }

  private static Published get(Future<Published> events) throws InterruptedException {
    try {
      return events.get();
    } catch (ExecutionException failed) {
      throw new AssertionError(failed.getCause());
    }
  }

  /** Whether all is delivered that was accepted for it. */
  private static boolean isOver(String subscription, World world) {
    String uuid = subscription.substring(4);
    return world.count(
                "select count(*) from sequences where waits and subscription_id = '%s'"
                    .formatted(uuid))
            == 0
        && world.count("select count(*) from open_events") == 0
        && world.count(
                "select count(*) from deliveries where state <> 'delivered' and subscription_id = '%s'"
                    .formatted(uuid))
            == 0;
  }

  /** The first receipt of each event of a key. */
  private static List<Receipt> firstReceipts(int key, RecordingReceivers ordered) {
    Set<String> events = new HashSet<>();
    return ordered.answered().stream()
        .map(each -> each.visit().request())
        .filter(receipt -> receipt.text().startsWith(key + "."))
        .filter(receipt -> events.add(receipt.id()))
        .toList();
  }

  /** Of an event among those of its key, by its body. */
  private static int number(Receipt receipt) {
    return Integer.parseInt(receipt.text().split("\\.", -1)[1]);
  }
}
