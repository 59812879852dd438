package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.development.Port;
import dev.homing.app.journey.Api;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** Very many deliveries wait. */
@ExtendWith(Rows.class)
class BacklogIT {
  /** Rows of deliveries that wait. */
  private static final int ROWS = Integer.getInteger("chaos.backlog.rows", 1_000_000);

  /** Deliveries that wait in a workflow of Temporal, as they all would: a start takes 30 ms. */
  private static final int WORKFLOWS = Integer.getInteger("chaos.backlog.workflows", 500);

  /** Of each event that waits. */
  private static final int RECIPIENTS = 100;

  /** A Temporal that is asked for more at once does them slower. */
  private static final int TOLD_TOGETHER = 5;

  /** An activity's task that a busy Temporal loses comes again when its attempt is due. */
  private static final double MOST = 0.99;

  private static final int PAIRS = 10;
  private static final int CALLS = 400;
  private static final int CALLERS = 4;
  private static final long MEBIBYTE = 1024 * 1024;

  /** What the callers of the windows tell, and one healthy receiver of each node gets. */
  private static final String TYPE = "backlog.healthy";

  @Row(number = 35, fault = "a million deliveries wait", alone = true)
  void whatWaitsIsNotFelt(World world) throws Exception {
    Node beside = world.node();
    Node without = nodeWithout(world);
    world.begin(beside);
    world.start(without);
    world.generator.awaitAccepted(30);
    world.generator.pause();
    try (RecordingReceivers healthy = new RecordingReceivers()) {
      subscribe(beside, healthy, 0);
      subscribe(without, healthy, 1);
      for (int i = 0; i < 2; i++) {
        measure(without, healthy, 1);
        measure(beside, healthy, 0);
      }
      double heapBefore = beside.usedHeap();
      fill(beside, world);

      List<Window> with = new ArrayList<>();
      List<Window> base = new ArrayList<>();
      for (int i = 0; i < PAIRS; i++) {
        base.add(measure(without, healthy, 1));
        with.add(measure(beside, healthy, 0));
      }

      double heapAfter = beside.usedHeap();
      System.out.printf("without: %s%nbeside: %s%n", base, with);
      System.out.printf(
          "heap: %.0f MiB before, %.0f MiB after%n", heapBefore / MEBIBYTE, heapAfter / MEBIBYTE);
      assertThat(median(with, Window::accepted))
          .isGreaterThan(0.9 * median(base, Window::accepted));
      assertThat(median(with, Window::delivered))
          .isGreaterThan(0.9 * median(base, Window::delivered));
      assertThat(median(with, Window::percentile99))
          .isLessThan(1.5 * median(base, Window::percentile99));
      assertThat(heapAfter).isLessThan(heapBefore + 64 * MEBIBYTE);
    }
    world.generator.goOn();
    world.generator.awaitAccepted(50);
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  private static void subscribe(Node node, RecordingReceivers sinks, int sink) {
    node.api()
        .post(
            "/subscriptions",
            Map.of(
                "url",
                sinks.url(sink),
                "secret",
                RecordingReceivers.secret(sink),
                "event_types",
                List.of(TYPE)))
        .expect(201);
  }

  /** On the same PostgreSQL and Temporal, with nothing in them. */
  private static Node nodeWithout(World world) {
    String unused =
        world.parts().temporal().cli("operator", "namespace", "create", "--namespace", "without");
    return world
        .node()
        .with("DATABASE_URL", world.parts().postgres().database("without"))
        .with("TEMPORAL_NAMESPACE", "without");
  }

  private static void fill(Node node, World world) {
    String away = "http://127.0.0.1:%d/".formatted(Port.free());
    List<String> subscriptions =
        IntStream.range(0, RECIPIENTS).mapToObj(_ -> subscribeAway(node, away)).toList();
    for (int waiting = 0; waiting < WORKFLOWS; ) {
      for (int i = 0; i < TOLD_TOGETHER; i++) {
        node.api().post("/webhooks/backlog.real", "{}").expect(202);
      }
      waiting += TOLD_TOGETHER * RECIPIENTS;
      double most = waiting * MOST;
      World.until(
          "most wait in their workflows",
          Duration.ofMinutes(10),
          () -> world.count("select count(*) from deliveries where run_id is not null") >= most);
    }
    world.sql(
        """
        insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
          round_attempts, attempt_count, next_attempt_at, run_id)
        select 'default', uuidv7(), uuidv7(), 'backlog.seeded', '%s', 'retrying', 1, 1,
          now() + interval '1 day' + n * interval '1 second', 'seeded'
        from generate_series(1, %d) n;
        analyze;
        checkpoint;
        """
            .formatted(subscriptions.getFirst().substring(4), ROWS));
  }

  private static String subscribeAway(Node node, String url) {
    return Api.id(
        node.api()
            .post(
                "/subscriptions",
                Map.of(
                    "url", url,
                    "event_types", List.of("backlog.real"),
                    "retry", Map.of("initial_interval", "5h")))
            .expect(201));
  }

  /**
   * What one window came to.
   *
   * @param accepted calls for each second
   * @param percentile99 of the time until an answer, in seconds
   * @param delivered for each second until the last one came
   */
  private record Window(double accepted, double percentile99, double delivered) {}

  /** Callers in a closed loop, then calm again. */
  private static Window measure(Node node, RecordingReceivers sinks, int sink) throws Exception {
    long before = receipts(sinks, sink).count();
    Instant start = Instant.now();
    List<Future<List<Long>>> callers;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      callers =
          IntStream.range(0, CALLERS).mapToObj(_ -> threads.submit(() -> call(node))).toList();
    }
    double accepting = seconds(start, Instant.now());
    List<Long> took = new ArrayList<>();
    for (Future<List<Long>> caller : callers) {
      took.addAll(caller.get());
    }
    World.until(
        "calm",
        Duration.ofMinutes(2),
        () ->
            receipts(sinks, sink).count() >= before + CALLS
                && node.metric("homing_dispatcher_waiting") == 0);
    Instant last = receipts(sinks, sink).max(Comparator.naturalOrder()).orElseThrow();
    return new Window(
        CALLS / accepting,
        took.stream().sorted().toList().get(CALLS * 99 / 100) / 1e9,
        CALLS / seconds(start, last));
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }

  private static Stream<Instant> receipts(RecordingReceivers sinks, int sink) {
    return sinks.answered().stream()
        .map(RecordingReceivers.Answered::visit)
        .filter(visit -> visit.sink() == sink)
        .map(RecordingReceivers.Visit::at);
  }

  private static List<Long> call(Node node) {
    List<Long> took = new ArrayList<>();
    for (int i = 0; i < CALLS / CALLERS; i++) {
      long start = System.nanoTime();
      node.api().post("/webhooks/" + TYPE, "{}").expect(202);
      took.add(System.nanoTime() - start);
    }
    return took;
  }

  private static double median(List<Window> windows, ToDoubleFunction<Window> figure) {
    return windows.stream().mapToDouble(figure).sorted().toArray()[windows.size() / 2];
  }
}
