package dev.homing.app.chaos;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.chaos.RecordingReceivers.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Receivers, rows, workflows or the network misbehave, and all parts are well. */
@ExtendWith(Rows.class)
class FaultsIT {
  private static final Expected PROMPT = Expected.delay(Duration.ofSeconds(10));

  /**
   * The delay of a repeat: next to the Temporals of other worlds, one loses a task now and then,
   * and hands it out again when the activity times out.
   */
  private static final Expected SENT_AGAIN = Expected.delay(Duration.ofSeconds(45));

  /** The sink that a fault hits. */
  private static final int AFFECTED = 30;

  @Row(number = 23, fault = "receiver cuts the connection after the header of its 200")
  void aHeaderCountsAsAnAnswer(World world) {
    world.sinks.answer(first(visit -> new Reply.CutAfterHeader()));
    world.begin(world.node());
    world.generator.awaitAccepted(2 * AFFECTED);
    world.check(PROMPT);
  }

  @Row(number = 24, fault = "receiver cuts the connection once it has the body")
  void aSilentReceiverIsTriedAgain(World world) {
    world.sinks.answer(first(visit -> new Reply.CutBeforeHeader()));
    world.begin(world.node());
    world.generator.awaitAccepted(2 * AFFECTED);
    world.check(SENT_AGAIN.duplicates(AFFECTED));
  }

  @Row(number = 25, fault = "receiver answers half a second after the timeout")
  void anAnswerAfterTheTimeoutDoesNotCount(World world) {
    world.sinks.answer(first(visit -> new Reply.Late(Node.TIMEOUT.plusMillis(500))));
    world.begin(world.node());
    world.generator.awaitAccepted(2 * AFFECTED);
    world.check(SENT_AGAIN.duplicates(AFFECTED));

    for (RecordingReceivers.Answered late : world.sinks.answered(Reply.Late.class).toList()) {
      List<Long> timestamps =
          world.sinks.answered().stream()
              .map(RecordingReceivers.Answered::visit)
              .filter(each -> each.sink() == 0 && each.event().equals(late.visit().event()))
              .map(each -> each.request().timestamp())
              .toList();
      assertThat(timestamps).hasSizeGreaterThan(1).doesNotHaveDuplicates();
    }
  }

  /** Sink 0 does so with the first events that it gets, when they come first. */
  private static Function<RecordingReceivers.Visit, Reply> first(
      Function<RecordingReceivers.Visit, Reply> fault) {
    AtomicInteger affected = new AtomicInteger();
    return visit ->
        visit.sink() == 0 && visit.number() == 1 && affected.getAndIncrement() < AFFECTED
            ? fault.apply(visit)
            : new Reply.Status(200);
  }

  @Row(number = 53, fault = "receivers take 2.8 s for each answer")
  void receiversThatAreAlwaysSlowAreNotHeldBack(World world) {
    world.sinks.answer(_ -> new Reply.Late(Node.TIMEOUT.minusMillis(200)));
    world.begin(world.node());
    world.generator.awaitAccepted(60 * World.CALLS_PER_SECOND);
    // At first they hang, as the node does not know them.
    assertThat(world.count("select count(*) from standings where state <> 'closed'")).isZero();
    world.check(Expected.delay(Duration.ofMinutes(1)));
  }

  @Row(number = 28, fault = "subscriptions whose secret or URL is damaged in PostgreSQL")
  void unreadableSubscriptionsDelayNoOthers(World world) {
    Node node = world.node();
    world.begin(node);
    world.generator.pause();
    world.awaitQuiet();
    String secret = world.subscribe(8, world.sinks.url(8), World.ALL);
    String url = world.subscribe(9, world.sinks.url(9), World.ALL);
    world.sql(
        "update subscriptions set sealed_secret = 'damaged' where id = '%s'"
            .formatted(secret.substring(4)));
    world.sql(
        "update subscriptions set url = 'damaged' where id = '%s'".formatted(url.substring(4)));
    world.generator.goOn();
    world.generator.awaitAccepted(50);
    world.check(PROMPT);

    for (String damaged : List.of(secret, url)) {
      List<JsonNode> parked = held(damaged, world);
      assertThat(parked).isNotEmpty();
      for (JsonNode delivery : parked) {
        assertThat(text(delivery, "reason")).isEqualTo("unreadable");
        assertThat(node.logged(text(delivery, "id"))).hasSizeLessThanOrEqualTo(10);
      }
    }
  }

  /** Once none of its deliveries is in another state. */
  private static List<JsonNode> held(String subscription, World world) {
    World.until(
        "parked",
        Duration.ofSeconds(30),
        () ->
            deliveries(subscription, world).stream()
                .allMatch(d -> text(d, "state").equals("held")));
    return deliveries(subscription, world);
  }

  private static List<JsonNode> deliveries(String subscription, World world) {
    return world
        .api()
        .get("/deliveries?limit=250&subscription=" + subscription)
        .expect(200)
        .json()
        .get("items")
        .values()
        .stream()
        .toList();
  }

  @Row(number = 29, fault = "a workflow whose task fails for ever")
  void aStuckWorkflowIsReportedAndDelaysNoOthers(World world) {
    Node node = world.node();
    world.begin(node);
    String unused =
        world
            .parts()
            .temporal()
            .cli(
                "workflow",
                "start",
                "--type",
                "FanOut",
                "--task-queue",
                "events",
                "--workflow-id",
                "evt_unreadable",
                "--input",
                "\"no event\"");
    World.until(
        "seen in the metric",
        Duration.ofMinutes(2),
        () -> node.metric("homing_workflows_stuck") == 1);
    assertThat(node.logged("evt_unreadable")).hasSizeLessThan(100);
    world.check(PROMPT);
  }

  @Row(number = 33, fault = "no receiver can be reached for 60 s", alone = true)
  void anOutageOfTheNetworkIsChargedToNoReceiver(World world) {
    int receivers = 6;
    Path hosts = world.folder().resolve("hosts");
    write(hosts, "127.0.0.1", receivers);
    world.sinks.keepNoConnections();
    Node node =
        world
            .node()
            .withOption("-Djdk.net.hosts.file=" + hosts)
            .withOption("-Dsun.net.inetaddr.ttl=0");
    world.start(node);
    world.beginLongWait();
    world.subscribeSinks(receivers, sink -> world.sinks.url(sink, name(sink)));
    world.generator.begin(node);
    world.generator.awaitAccepted(30);
    write(hosts, "127.255.255.255", receivers); // The kernel says: network is unreachable.
    Instant cut = Instant.now();
    world.generator.awaitCalls(60 * World.CALLS_PER_SECOND);
    Instant healed = Instant.now();
    write(hosts, "127.0.0.1", receivers);
    world.generator.awaitAccepted(5 * World.CALLS_PER_SECOND);
    world.check(Expected.delay(Duration.ofMinutes(4)));

    // Names are cached for half a minute, so receivers fail and recover one by one. As long as any
    // receiver is reachable, an unreachable one is charged.
    assertThat(
            world.count(
                """
                select count(*) from attempts
                where outcome = 'unreachable' and started_at between '%s' and '%s'
                """
                    .formatted(cut.plusSeconds(31), healed)))
        .isZero();
    assertThat(world.count("select count(*) from subscriptions where not enabled")).isZero();
  }

  private static String name(int receiver) {
    return "receiver-%d.test".formatted(receiver);
  }

  private static void write(Path hosts, String address, int receivers) {
    String lines =
        IntStream.range(0, receivers)
            .mapToObj(receiver -> address + " " + name(receiver))
            .collect(Collectors.joining("\n", "127.0.0.1 localhost\n", "\n"));
    try {
      Path next = Files.writeString(hosts.resolveSibling("hosts.next"), lines);
      Files.move(next, hosts, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
