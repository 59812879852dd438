package dev.homing.app.chaos;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.Database;
import dev.homing.app.development.RealParts;
import dev.homing.app.journey.Api;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All parts of one run, shared with no other: PostgreSQL, Redis, Temporal, nodes of Homing, callers
 * and receivers.
 */
final class World implements AutoCloseable {
  /** The generator's rate. The matrix has 500; all parts of several worlds share two cores. */
  static final int CALLS_PER_SECOND = 5;

  /** Healthy ones, subscribed to all that happens, unless a row has more. */
  private static final int SINKS = 3;

  /** The event type of the generator. */
  static final List<String> ALL = List.of("order.*");

  /** A type without subscriptions, which is not counted. */
  static final String WARM_UP = "warm.up";

  private static final Map<String, Object> IMPATIENT =
      Map.of("initial_interval", "1s", "max_interval", "2s", "max_attempts", 100);

  final RecordingReceivers sinks = new RecordingReceivers();
  final Generator generator;
  private final Path folder;
  private final Random random;
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> subscriptions = new ArrayList<>();
  private final List<String> watched = new CopyOnWriteArrayList<>();
  private final Checker checker = new Checker(this);
  private final LongWait longWait = new LongWait(this);
  private final List<Runnable> atTheEnd = new ArrayList<>();
  private @Nullable RealParts parts;
  private int databasePort;

  World(Path folder, long seed) {
    this.folder = folder;
    this.random = new Random(seed);
    this.generator = new Generator(seed, CALLS_PER_SECOND);
  }

  void startParts() {
    parts = RealParts.start(folder);
    databasePort = parts.postgres().port();
  }

  /** The folder for its logs and data. */
  Path folder() {
    return folder;
  }

  RealParts parts() {
    return requireNonNull(parts, "not started");
  }

  /** Another node, not started. */
  Node node() {
    Node node = new Node("homing-" + (char) ('a' + nodes.size()), folder, parts());
    nodes.add(node);
    return node;
  }

  /** A network between nodes and a part. */
  Forwarder network(int port) {
    Forwarder network = new Forwarder(port);
    atTheEnd.add(network::close);
    return network;
  }

  /** A PostgreSQL for the nodes on a disk that can get full. */
  SmallDisk smallDisk() {
    SmallDisk disk = SmallDisk.start(folder, parts().postgres().programs());
    atTheEnd.add(disk::close);
    databasePort = disk.port();
    return disk;
  }

  /** Starts the nodes, subscribes the sinks, and lets the generator call all nodes. */
  void begin(Node... started) {
    start(started);
    List.of(started).forEach(World::warmUp);
    beginLongWait();
    List.of(started).forEach(Node::arm);
    subscribeSinks(SINKS, sinks::url);
    generator.begin(started);
  }

  /** Registers each healthy sink under its URL. */
  void subscribeSinks(int count, IntFunction<String> url) {
    for (int sink = 0; sink < count; sink++) {
      subscriptions.add(subscribe(sink, url.apply(sink), sink % 2 == 0 ? ALL : Generator.TYPES));
    }
  }

  /** Warms up: a fresh JVM is slow, which no row is about. */
  private static void warmUp(Node node) {
    for (int i = 0; i < 30; i++) {
      node.api().post("/webhooks/" + WARM_UP, "{}");
    }
    node.api().post("/webhooks/" + WARM_UP, "{}").expect(202);
  }

  /** Launches them together, and waits until all are ready. */
  void start(Node... started) {
    for (Node node : started) {
      node.launch();
    }
    for (Node node : started) {
      node.awaitHealthy();
    }
  }

  /** Registers a sink under a URL, tried every second or two for a hundred times. */
  String subscribe(int sink, String url, List<String> eventTypes) {
    return subscribe(sink, url, eventTypes, IMPATIENT);
  }

  String subscribe(int sink, String url, List<String> eventTypes, Map<String, Object> retry) {
    Map<String, Object> subscription = new HashMap<>();
    subscription.put("url", url);
    subscription.put("event_types", eventTypes);
    subscription.put("secret", RecordingReceivers.secret(sink));
    subscription.put("retry", retry);
    return Api.id(api().post("/subscriptions", subscription).expect(201));
  }

  /** Of the healthy sinks only. */
  List<String> subscriptions() {
    return subscriptions;
  }

  /** Has two deliveries wait until the check, or until {@link #endLongWait}. */
  void beginLongWait() {
    longWait.begin();
  }

  /** Ends it before a fault that it could not survive, and returns what was wrong with it. */
  List<String> endLongWait() {
    return longWait.end();
  }

  /** Of these the deliveries that wait are looked up. */
  List<String> watched() {
    return Stream.concat(subscriptions.stream(), watched.stream()).toList();
  }

  /** Watches a subscription that is not one of the healthy sinks. */
  void watch(String subscription) {
    watched.add(subscription);
  }

  List<Node> nodes() {
    return nodes;
  }

  Node[] living() {
    return nodes.stream().filter(Node::isAlive).toArray(Node[]::new);
  }

  /** The API of a living node. */
  Api api() {
    return living()[0].api();
  }

  /** Waits until everything has ended, and compares all accounts. */
  void check(Expected expected) {
    checker.check(expected);
  }

  /** Checks that each delivery that waits now does so in exactly one place. */
  void checkPlaces() {
    checker.checkPlaces();
  }

  /** The same by PostgreSQL alone, while there is no Temporal or no node that could agree. */
  void checkPlacesInTheLedger() {
    checker.checkPlacesInTheLedger();
  }

  Checker checker() {
    return checker;
  }

  /** The first column of the first row. */
  long count(String query) {
    return new Database(databasePort).count(query);
  }

  /** The rows of a query, each with its columns as text. */
  List<List<@Nullable String>> rows(String query) {
    return new Database(databasePort).rows(query);
  }

  void sql(String statements) {
    new Database(databasePort).run(statements);
  }

  /** Delays the commits of events from now on. */
  void slowCommits(Duration each) {
    sql(
        """
        create function dawdle() returns trigger language plpgsql as $$
        begin
          if current_setting('chaos.dawdled', true) is distinct from pg_current_xact_id()::text then
            perform set_config('chaos.dawdled', pg_current_xact_id()::text, true), pg_sleep(%f);
          end if;
          return null;
        end $$;
        create constraint trigger dawdle after insert on open_events
        deferrable initially deferred for each row execute function dawdle();
        """
            .formatted(each.toMillis() / 1000.0));
  }

  void quickCommits() {
    sql("drop trigger dawdle on open_events");
  }

  /** Somewhere between, by the run's seed. */
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  static void until(String what, Duration patience, BooleanSupplier condition) {
    await(what)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(condition::getAsBoolean);
  }

  /** Waits until no sink has received anything for a second. */
  void awaitQuiet() {
    AtomicInteger before = new AtomicInteger(-1);
    await("quiet")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              int now = sinks.answered().size();
              return before.getAndSet(now) == now;
            });
  }

  @Override
  public void close() {
    generator.close();
    longWait.close();
    nodes.forEach(Node::discard);
    atTheEnd.forEach(Runnable::run);
    sinks.close();
    if (parts != null) {
      parts.close();
    }
  }
}
