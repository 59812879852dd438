package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.development.Port;
import dev.homing.app.journey.Api;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;

/** Very many deliveries wait. */
@ExtendWith(Rows.class)
class BacklogIT {
  /** Rows of deliveries that wait. */
  private static final int ROWS = Integer.getInteger("chaos.backlog.rows", 1_000_000);

  /** Deliveries that wait in a workflow of Temporal, as they all would: a start takes 30 ms. */
  private static final int WORKFLOWS = Integer.getInteger("chaos.backlog.workflows", 500);

  private static final int WINDOWS = 9;
  private static final int CALLS = 240;
  private static final int CALLERS = 4;
  private static final long MEBIBYTE = 1024 * 1024;

  @Row(number = 35, fault = "a million deliveries wait", alone = true, once = true)
  void whatWaitsIsNotFelt(World world) throws Exception {
    Node beside = world.node();
    Node without = nodeWithout(world);
    world.begin(beside);
    world.start(without);
    world.generator.awaitAccepted(30);
    world.generator.pause();
    measure(without);
    measure(beside);
    double heapBefore = beside.usedHeap();
    fill(beside, world);

    List<Window> with = new ArrayList<>();
    List<Window> base = new ArrayList<>();
    for (int i = 0; i < WINDOWS; i++) {
      base.add(measure(without));
      with.add(measure(beside));
    }

    System.out.printf("without: %s%nbeside: %s%n", base, with);
    assertThat(median(with, Window::perSecond))
        .isGreaterThan(0.9 * median(base, Window::perSecond));
    assertThat(0.9 * median(with, Window::percentile99))
        .isLessThan(median(base, Window::percentile99));
    assertThat(beside.usedHeap()).isLessThan(heapBefore + 64 * MEBIBYTE);
    world.generator.goOn();
    world.generator.awaitAccepted(50);
    world.check(Expected.delay(Duration.ofSeconds(10)));
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
    String subscription =
        Api.id(
            node.api()
                .post(
                    "/subscriptions",
                    Map.of(
                        "url", away,
                        "event_types", List.of("backlog.real"),
                        "retry", Map.of("initial_interval", "5h")))
                .expect(201));
    for (int i = 0; i < WORKFLOWS; i++) {
      node.api().post("/webhooks/backlog.real", "{}").expect(202);
    }
    World.until(
        "all wait in their workflows",
        Duration.ofMinutes(20),
        () -> world.count("select count(*) from deliveries where run_id is not null") >= WORKFLOWS);
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
            .formatted(subscription.substring(4), ROWS));
  }

  /** In calls for a second, and in seconds. */
  private record Window(double perSecond, double percentile99) {}

  /** Callers in a closed loop, then calm again. */
  private static Window measure(Node node) throws Exception {
    long start = System.nanoTime();
    List<Future<List<Long>>> callers;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      callers =
          IntStream.range(0, CALLERS).mapToObj(_ -> threads.submit(() -> call(node))).toList();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    List<Long> took = new ArrayList<>();
    for (Future<List<Long>> caller : callers) {
      took.addAll(caller.get());
    }
    World.until(
        "calm",
        Duration.ofMinutes(2),
        () ->
            node.metric("homing_events_open") == 0
                && node.metric("homing_dispatcher_waiting") == 0);
    return new Window(
        took.size() / seconds, took.stream().sorted().toList().get(took.size() * 99 / 100) / 1e9);
  }

  private static List<Long> call(Node node) {
    List<Long> took = new ArrayList<>();
    for (int i = 0; i < CALLS / CALLERS; i++) {
      long start = System.nanoTime();
      node.api().post("/webhooks/" + World.WARM_UP, "{}").expect(202);
      took.add(System.nanoTime() - start);
    }
    return took;
  }

  private static double median(List<Window> windows, ToDoubleFunction<Window> figure) {
    return windows.stream().mapToDouble(figure).sorted().toArray()[windows.size() / 2];
  }
}
