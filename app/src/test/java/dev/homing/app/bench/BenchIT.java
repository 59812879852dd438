package dev.homing.app.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.bench.Callers.Calls;
import dev.homing.app.development.Database;
import dev.homing.app.development.RealParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;
import org.springframework.util.FileSystemUtils;

/**
 * Measures the selected scenarios in turn, each on parts of its own. It judges only what is
 * counted: that nothing is lost, comes twice or out of order, and that no pace is exceeded. How
 * fast it was is for people to read.
 */
@Isolated
@Execution(ExecutionMode.SAME_THREAD)
class BenchIT {
  private static final Path FOLDER = Path.of("target", "bench").toAbsolutePath();
  private static final List<String> SELECTED =
      Arrays.stream(System.getProperty("bench.scenarios", "smoke").split(",", -1))
          .map(String::strip)
          .toList();

  /** JIT compilers need minutes on slow cores. */
  private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("bench.warmup", 5));

  private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("bench.time", 5));
  private static final Duration PGBENCH = Duration.ofSeconds(Math.min(20, TIME.toSeconds()));
  private static final Duration LONGEST_DRAIN = Duration.ofMinutes(30);
  private static final List<Figures> ALL = new ArrayList<>();
  private static @Nullable Application application;

  @TestFactory
  Stream<DynamicTest> scenarios() {
    return Stream.concat(
        Scenario.ALL.stream()
            .filter(each -> isSelected(each.name()))
            .map(each -> DynamicTest.dynamicTest(each.name(), () -> measure(each))),
        Stream.of(Pages.NAME)
            .filter(BenchIT::isSelected)
            .map(name -> DynamicTest.dynamicTest(name, BenchIT::measurePages)));
  }

  private static boolean isSelected(String scenario) {
    return SELECTED.contains("all") || SELECTED.contains(scenario);
  }

  @BeforeAll
  static void prepare() throws IOException {
    application = new Application(FOLDER.resolve("application"));
    application.train(FOLDER.resolve("training"), WARM_UP);
  }

  @AfterAll
  static void print() throws IOException {
    if (!ALL.isEmpty()) {
      String table = Figures.table(ALL);
      Files.writeString(FOLDER.resolve("table.md"), table);
      System.out.println(table);
    }
  }

  private static void measure(Scenario scenario) throws IOException {
    Path folder = FOLDER.resolve(scenario.name());
    FileSystemUtils.deleteRecursively(folder);
    Files.createDirectories(folder);
    try (RealParts parts = RealParts.start(folder)) {
      Temporal temporal =
          scenario.withTemporal()
              ? Temporal.of(parts.temporal())
              : new Temporal.DevServer(parts.temporal());
      Map<String, String> settings = new HashMap<>(scenario.settings());
      settings.put("TEMPORAL_ADDRESS", temporal.address());
      Figures.Beside beside = beside(scenario, parts, temporal, folder);
      Nodes nodes =
          new Nodes(
              IntStream.rangeClosed(1, scenario.nodes())
                  .mapToObj(
                      number ->
                          new Service(
                              "homing-" + number,
                              requireNonNull(application),
                              folder,
                              parts,
                              settings,
                              recording(scenario, number)))
                  .toList());
      try {
        long launched = System.nanoTime();
        nodes.start();
        Duration started = Duration.ofNanos(System.nanoTime() - launched);
        Figures figures = measure(scenario, nodes, parts, temporal, beside, started);
        ALL.add(figures);
        figures.write(FOLDER);
        assertThat(figures.lost()).as("lost").isZero();
        assertThat(figures.duplicated()).as("duplicated").isZero();
        assertThat(figures.outOfOrder()).as("out of order").isZero();
        if (scenario.terms().isPaced()) {
          assertThat(figures.mostInFlight())
              .as("requests in flight")
              .isLessThanOrEqualTo(scenario.terms().maxInFlight());
          assertThat(figures.mostInASecond())
              .as("requests in a second")
              .isLessThanOrEqualTo(scenario.terms().mostInASecond());
        }
        nodes.stop();
      } finally {
        nodes.discard();
      }
    }
    FileSystemUtils.deleteRecursively(folder);
  }

  private static void measurePages() throws IOException {
    Path folder = FOLDER.resolve(Pages.NAME);
    FileSystemUtils.deleteRecursively(folder);
    Files.createDirectories(folder);
    Pages.measure(requireNonNull(application), folder, FOLDER.resolve("pages.md"));
    FileSystemUtils.deleteRecursively(folder);
  }

  private static Figures.Beside beside(
      Scenario scenario, RealParts parts, Temporal temporal, Path folder) throws IOException {
    return new Figures.Beside(
        Pgbench.run(parts.postgres(), PGBENCH),
        scenario.hasOwnWorkflows() ? Floor.run(temporal.address(), TIME) : null,
        scenario.receivers() == 0
            ? Figures.Percentiles.of(Bare.run(scenario, folder, WARM_UP, TIME).answers())
            : null);
  }

  private static Figures measure(
      Scenario scenario,
      Nodes nodes,
      RealParts parts,
      Temporal temporal,
      Figures.Beside beside,
      Duration started) {
    Tally tally = new Tally(scenario.receivers());
    try (Receivers receivers = new Receivers(scenario.behaviour(), tally);
        Crowd crowd =
            scenario.crowd() == 0
                ? null
                : new Crowd(nodes.first(), scenario.crowd(), scenario.payload())) {
      subscribeBystanders(scenario.bystanders(), parts);
      subscribe(scenario, nodes.first(), receivers);
      for (Scenario.Missing missing : scenario.without()) {
        switch (missing) {
          case TEMPORAL -> parts.temporal().stop();
          case REDIS -> parts.redis().stop();
        }
      }
      Callers callers =
          new Callers(
              nodes.uris(),
              scenario.eventType(),
              scenario.payload(),
              scenario.terms().orderingKeys(),
              tally,
              nodes.first().adminKey());
      if (crowd != null) {
        crowd.warmUp();
      }
      Calls first = scenario.load().warmUp(callers, WARM_UP);
      drain(scenario, tally, nodes, parts);
      double usedHeap = nodes.usedHeap();
      receivers.delays().reset();

      CpuUsage before = CpuUsage.now(nodes, parts, temporal);
      if (scenario.behaviour().startingDown()) {
        receivers.goDown();
      }
      if (crowd != null) {
        crowd.begin();
      }
      long start = System.nanoTime();
      Calls calls = scenario.load().put(callers, TIME);
      double waiting = nodes.metric("homing_dispatcher_waiting");
      if (scenario.behaviour().startingDown()) {
        receivers.comeUp();
        start = System.nanoTime();
      }
      drain(scenario, tally, nodes, parts);
      if (crowd != null) {
        await().atMost(LONGEST_DRAIN).until(crowd::isOver);
      }
      Duration delivering = Duration.ofNanos(tally.lastReceipt() - start);
      CpuUsage spent = CpuUsage.now(nodes, parts, temporal).since(before);
      return Figures.of(
          scenario,
          beside,
          new Figures.Start(started, first, usedHeap),
          calls,
          delivering,
          receivers,
          tally,
          spent,
          scenario.withTemporal()
              ? (calls.accepted() - waiting) / (calls.took().toNanos() / 1e9)
              : 0,
          nodes);
    }
  }

  private static void subscribe(Scenario scenario, Service service, Receivers receivers) {
    IntStream.range(0, scenario.receivers())
        .parallel()
        .forEach(
            receiver ->
                service.subscribe(
                    service.adminKey(),
                    receivers.url(receiver),
                    scenario.eventType(),
                    scenario.terms()));
  }

  /** The options of the JVM's flight recorder, if it is requested. */
  private static List<String> recording(Scenario scenario, int node) {
    Path file = FOLDER.resolve("%s-%d.jfr".formatted(scenario.name(), node));
    return Boolean.getBoolean("bench.record")
        ? List.of("-XX:StartFlightRecording=settings=profile,filename=" + file)
        : List.of();
  }

  /** Their event types are never published, so it does not matter that they cannot be signed. */
  private static void subscribeBystanders(int bystanders, RealParts parts) {
    Database database = new Database(parts.postgres().port());
    database.run(
        """
        with others as (
          insert into subscriptions (tenant, id, url, description, enabled, metadata,
            sealed_secret, version, created_at, updated_at)
          select 'default', uuidv7(), 'http://127.0.0.1:9/', '', true, '{}', '', 1, now(), now()
          from generate_series(1, %d)
          returning tenant, id)
        insert into subscription_event_types (tenant, event_type, subscription_id)
        select tenant, 'other.' || id, id from others
        """
            .formatted(bystanders));
    database.run("analyze");
  }

  /** Waits until every healthy receiver has all events, as recorded, and all have workflows. */
  private static void drain(Scenario scenario, Tally tally, Nodes nodes, RealParts parts) {
    try {
      await()
          .atMost(LONGEST_DRAIN)
          .pollInterval(Duration.ofMillis(200))
          .until(
              () ->
                  tally.missing(scenario.behaviour().hanging()) == 0
                      && new Database(parts.postgres().port())
                              .count("select count(*) from open_events")
                          == 0
                      && (!scenario.withTemporal()
                          || nodes.metric("homing_dispatcher_waiting") == 0));
    } catch (ConditionTimeoutException incomplete) {
      // The figures will tell.
    }
  }
}
