package dev.homing.app.chaos;

import static java.util.Objects.requireNonNull;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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

  /** What a node does of an ordered delivery, in this order. */
  private static final List<CrashPoint> STEPS =
      List.of(
          CrashPoint.BEFORE_COMMIT,
          CrashPoint.BEFORE_STATEMENT,
          CrashPoint.AFTER_COMMIT,
          CrashPoint.EXPRESS_BEFORE_CONNECT,
          CrashPoint.EXPRESS_BEFORE_ROWS,
          CrashPoint.EXPRESS_AFTER_ROWS,
          CrashPoint.SEQUENCE_BEFORE_TURN,
          CrashPoint.SEQUENCE_AFTER_TURN,
          CrashPoint.DRAIN_BEFORE_CONNECT,
          CrashPoint.DRAIN_BEFORE_ROWS,
          CrashPoint.DRAIN_AFTER_ROWS);

  @Row(number = 51, fault = "nodes killed in turn while events of ten keys are sent in order")
  void eventsOfAKeyComeInOrder(World world) throws Exception {
    Node one = world.node();
    Node other = world.node();
    awaitQuiet(world, one, other);
    try (RecordingReceivers ordered = new RecordingReceivers();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        AutoCloseable _ = threads::shutdownNow) {
      String subscription = subscribe(world, ordered);
      List<Publisher> publishers = publishers(turn -> turn % 2 == 0 ? one : other, threads);
      allow(publishers, EVENTS_OF_A_KEY);
      killAndRestart(one, 300, ordered, world);
      killAndRestart(other, 900, ordered, world);

      checkOrder(subscription, publishers, ordered, world);
    }
    goOn(world);
  }

  /** One node at a time, so that it takes every step itself. */
  @Row(number = 54, fault = "node killed at each step of an ordered delivery in turn")
  void eventsOfAKeyComeInOrderThroughEachStep(World world) throws Exception {
    Node first = world.node();
    awaitQuiet(world, first);
    AtomicReference<Node> node = new AtomicReference<>(first);
    try (RecordingReceivers ordered = new RecordingReceivers();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        AutoCloseable _ = threads::shutdownNow) {
      String subscription = subscribe(world, ordered);
      List<Publisher> publishers = publishers(_ -> node.get(), threads);
      for (CrashPoint step : STEPS) {
        node.get().kill();
        node.set(world.node().stoppingAt(step, world.between(1, KEYS)));
        world.start(node.get());
        world.checkPlaces();
        // Only the first event of a key for which nothing waits is sent at once.
        World.until("all are recorded", PATIENCE, () -> isOver(subscription, world));
        node.get().arm();
        Map<Boolean, List<Publisher>> byPassing =
            publishers.stream().collect(Collectors.partitioningBy(each -> each.passes(step)));
        allow(requireNonNull(byPassing.get(true)), EVENTS_OF_A_KEY / STEPS.size());
        node.get().awaitReached();
        allow(requireNonNull(byPassing.get(false)), EVENTS_OF_A_KEY / STEPS.size());
      }
      node.get().kill();
      node.set(world.node());
      world.start(node.get());
      allow(publishers, EVENTS_OF_A_KEY % STEPS.size());

      checkOrder(subscription, publishers, ordered, world);
    }
    world.generator.turnTo(node.get());
    goOn(world);
  }

  private static void allow(List<Publisher> publishers, int more) {
    publishers.forEach(publisher -> publisher.allow(more));
  }

  private static void awaitQuiet(World world, Node... nodes) {
    world.begin(nodes);
    world.generator.awaitAccepted(5);
    world.generator.pause();
    world.awaitQuiet();
  }

  private static void goOn(World world) {
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

  private static List<Publisher> publishers(IntFunction<Node> nodes, ExecutorService threads) {
    return IntStream.range(0, KEYS).mapToObj(key -> new Publisher(key, nodes, threads)).toList();
  }

  /**
   * Publishes the events of a key one after the other, each until a node accepts it: with an {@code
   * Idempotency-Key} if the key is even.
   */
  private static final class Publisher {
    private final int key;
    private final IntFunction<Node> nodes;
    private final Semaphore allowed = new Semaphore(0);
    private final List<String> events = new ArrayList<>();

    /** Tries that may have been accepted as one more event. */
    private int unknown;

    private final Future<?> published;

    /** Calls a node that depends on how often it has called. */
    Publisher(int key, IntFunction<Node> nodes, ExecutorService threads) {
      this.key = key;
      this.nodes = nodes;
      this.published = threads.submit(this::publishAll);
    }

    /** Lets it publish so many more. */
    void allow(int more) {
      allowed.release(more);
    }

    /**
     * Whether its events certainly pass this step. Events that share a commit are accepted in one
     * statement only if none of them has a key.
     */
    boolean passes(CrashPoint step) {
      return switch (step) {
        case BEFORE_COMMIT -> hasIdempotencyKeys();
        case BEFORE_STATEMENT -> !hasIdempotencyKeys();
        default -> true;
      };
    }

    private boolean hasIdempotencyKeys() {
      return key % 2 == 0;
    }

    private @Nullable Void publishAll() throws InterruptedException {
      int turn = 0;
      while (events.size() < EVENTS_OF_A_KEY) {
        allowed.acquire();
        while (!publish(nodes.apply(turn++))) {
          Thread.sleep(BETWEEN_TRIES);
        }
      }
      return null;
    }

    /** Whether the next event was accepted. */
    private boolean publish(Node node) {
      Call.Outcome outcome = Call.Outcome.UNKNOWN;
      try {
        Api.Answer answer = publish(events.size(), node);
        outcome = Generator.outcome(answer.status(), answer.body());
        if (outcome == Call.Outcome.OK) {
          events.add(Api.id(answer));
        }
      } catch (UncheckedIOException nobodyKnows) {
        // It may have been accepted.
      }
      if (outcome == Call.Outcome.UNKNOWN && !hasIdempotencyKeys()) {
        unknown++;
      }
      return outcome == Call.Outcome.OK;
    }

    private Api.Answer publish(int number, Node node) {
      List<String> headers = new ArrayList<>(List.of("Homing-Ordering-Key", "key-" + key));
      if (hasIdempotencyKeys()) {
        headers.addAll(List.of("Idempotency-Key", key + "." + number));
      }
      return node.api()
          .send("POST", "/webhooks/" + TYPE, key + "." + number, headers.toArray(String[]::new));
    }

    void join() throws InterruptedException {
      try {
        published.get();
      } catch (ExecutionException failed) {
        throw new AssertionError(failed.getCause());
      }
    }
  }

  private static void checkOrder(
      String subscription, List<Publisher> publishers, RecordingReceivers ordered, World world)
      throws InterruptedException {
    for (Publisher publisher : publishers) {
      publisher.join();
    }
    World.until("all are recorded", PATIENCE, () -> isOver(subscription, world));
    for (Publisher each : publishers) {
      List<Receipt> receipts = firstReceipts(each.key, ordered);
      assertThat(receipts.stream().map(Receipt::id).filter(each.events::contains))
          .containsExactlyElementsOf(each.events);
      assertThat(receipts).extracting(OrderIT::number).isSorted();
      // What comes twice has another id, from a try without an answer.
      assertThat(receipts.size() - EVENTS_OF_A_KEY).isBetween(0, each.unknown);
    }
    for (Node node : world.living()) {
      assertThat(node.metric("homing_sequences_stalled")).isZero();
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
