package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.chaos.RecordingReceivers.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;

/** Something fails while a receiver is in trouble, and its deliveries wait in a backlog. */
@ExtendWith(Rows.class)
class TroubledReceiversIT {
  private static final Duration OUTAGE = Duration.ofSeconds(15);

  /** What the receiver refuses of all requests: first attempts, then probes each second or two. */
  private static final int REFUSED = 14;

  /** After a death: its lease, a silent activity, and the next probe. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(75);

  /** After a freeze: PostgreSQL ends its transactions after 10 s. */
  private static final Duration RELEASED = Duration.ofSeconds(20);

  @Row(number = 45, fault = "node killed before it connects, while it drains a backlog")
  void anotherNodeSendsAnUnconnectedAttempt(World world) {
    world.check(killAt(CrashPoint.DRAIN_BEFORE_CONNECT, world));
  }

  @Row(number = 45, fault = "node killed before the answer, while it drains a backlog")
  void anUnansweredAttemptIsRepeated(World world) {
    Node doomed = world.node();
    Node other = world.node();
    AtomicInteger requests = troubled(new Reply.Status(503), REFUSED, world);
    world.begin(doomed);
    World.until("in trouble", Duration.ofSeconds(60), () -> requests.get() > REFUSED / 2);
    world.sinks.answer(visit -> visit.sink() == 0 ? new Reply.Silence() : new Reply.Status(200));
    World.until(
        "a probe without an answer",
        Duration.ofSeconds(60),
        () -> world.sinks.answered(Reply.Silence.class).findAny().isPresent());
    world.start(other);
    doomed.freeze();
    int unrecorded = world.checker().unrecorded(); // Of the other receivers, which answer.
    doomed.kill();
    Instant killed = Instant.now();
    world.sinks.recover();
    world.generator.turnTo(other);
    world.checkPlaces();
    world.generator.awaitCalls(3 * World.CALLS_PER_SECOND);
    int unanswered = (int) world.sinks.answered(Reply.Silence.class).count();
    world.check(
        Expected.delay(TAKEN_OVER)
            .since(killed)
            .refusals(Expected.ANY)
            .duplicates(unanswered + unrecorded));
  }

  @Row(number = 45, fault = "node killed before the answer is recorded, while it drains a backlog")
  void anAttemptWithAnUnrecordedAnswerIsRepeated(World world) {
    world.check(killAt(CrashPoint.DRAIN_BEFORE_ROWS, world));
  }

  @Row(number = 45, fault = "node killed after the answer is recorded, while it drains a backlog")
  void aRecordedAttemptIsNotRepeated(World world) {
    world.check(killAt(CrashPoint.DRAIN_AFTER_ROWS, world));
  }

  @Row(number = 46, fault = "node killed between a backlog's row and its lease")
  void anotherNodeDrainsABacklogThatNoNodeHas(World world) {
    Node doomed = world.node().stoppingAt(CrashPoint.BACKLOG_BEFORE_LEASE, 1);
    Node other = world.node();
    troubled(new Reply.Status(503), REFUSED, world);
    world.begin(doomed);
    doomed.awaitReached();
    doomed.freeze(); // It looks for backlogs without a lease each second.
    world.generator.pause();
    world.awaitQuiet();
    assertThat(backlogged(world)).isPositive();
    world.checkPlacesInTheLedger();
    int unrecorded = world.checker().unrecorded();
    doomed.kill();
    Instant killed = Instant.now();
    world.start(other);
    world.generator.turnTo(other);
    world.generator.goOn();
    world.checkPlaces();
    world.generator.awaitCalls(3 * World.CALLS_PER_SECOND);
    world.check(
        Expected.delay(TAKEN_OVER).since(killed).refusals(Expected.ANY).duplicates(unrecorded));
  }

  /** Deliveries that wait in the backlog of the first receiver. */
  private static long backlogged(World world) {
    return world.count(
        "select count(*) from deliveries where backlogged and state = 'retrying' and subscription_id = '%s'"
            .formatted(world.subscriptions().getFirst().substring(4)));
  }

  @Row(number = 47, fault = "node frozen for 60 s while it drains a backlog, longer than its lease")
  void aNodeThatWakesAfterItsLeaseDoesNoHarm(World world) {
    Node sleeper = world.node();
    Node other = world.node();
    AtomicInteger requests = troubled(new Reply.Status(503), REFUSED, world);
    world.begin(sleeper);
    World.until("drained", Duration.ofSeconds(60), () -> requests.get() > REFUSED);
    sleeper.freeze();
    assertThat(backlogged(world)).isPositive();
    world.checkPlacesInTheLedger();
    world.start(other);
    world.generator.turnTo(other);
    world.generator.awaitCalls(60 * World.CALLS_PER_SECOND);
    sleeper.thaw();
    world.generator.turnTo(sleeper, other);
    world.checkPlaces();
    world.generator.awaitAccepted(5 * World.CALLS_PER_SECOND);
    world.check(Expected.delay(TAKEN_OVER).refusals(Expected.ANY).duplicates(100));
  }

  @Row(number = 47, fault = "node frozen with the row of a backlog locked, and killed after 45 s")
  void aLockOfAFrozenNodeIsReleased(World world) {
    Node sleeper = world.node().stoppingAt(CrashPoint.BACKLOG_LOCKED, 1);
    Node other = world.node();
    troubled(new Reply.Status(503), REFUSED, world);
    world.begin(sleeper);
    sleeper.awaitReached();
    sleeper.freeze();
    Instant frozen = Instant.now();
    String locks =
        "select count(*) from pg_stat_activity where state = 'idle in transaction' and xact_start <"
            + " now() - interval '3 seconds'";
    World.until("locked", RELEASED, () -> world.count(locks) == 1);
    assertThat(backlogged(world)).isPositive();
    world.checkPlacesInTheLedger();
    world.start(other);
    world.generator.turnTo(other);
    World.until("released", RELEASED, () -> world.count(locks) == 0);
    world.generator.awaitCalls(45 * World.CALLS_PER_SECOND);
    sleeper.kill();
    world.checkPlaces();
    world.check(Expected.delay(TAKEN_OVER).since(frozen).refusals(Expected.ANY).duplicates(100));
  }

  @Row(number = 48, fault = "Temporal killed, down for 15 s, while a receiver is in trouble")
  void nodesDrainABacklogWithoutTemporal(World world) {
    beginInTrouble(world);
    world.parts().temporal().kill();
    pass(world);
    assertThat(backlogged(world)).isPositive();
    world.checkPlacesInTheLedger();
    world.sinks.recover();
    World.until("drained without Temporal", Duration.ofSeconds(60), () -> backlogged(world) == 0);
    world.parts().temporal().start();
    afterwards(world);
    world.check(Expected.delay(OUTAGE.plusSeconds(60)).duplicates(100));
  }

  @Row(number = 49, fault = "Temporal's database lost while a receiver is in trouble")
  void aLostWorkflowOfABacklogIsStartedAgain(World world) throws IOException {
    String subscription = beginInTrouble(world);
    String lost = describe(subscription, world);
    assertThat(world.endLongWait()).isEmpty(); // It would be missed when it is due, in hours.
    world.parts().temporal().kill();
    Files.delete(world.parts().temporal().data());
    world.parts().temporal().start();
    world.checkPlaces();
    World.until(
        "its workflow is started again",
        Duration.ofSeconds(90),
        () -> !describe(subscription, world).equals(lost));
    world.sinks.recover();
    afterwards(world);
    world.check(Expected.delay(Duration.ofMinutes(3)).duplicates(100));
  }

  private static String describe(String subscription, World world) {
    return world
        .parts()
        .temporal()
        .cli("workflow", "describe", "-w", subscription)
        .lines()
        .filter(line -> line.contains("RunId"))
        .findFirst()
        .orElseThrow();
  }

  @Row(number = 50, fault = "Redis killed, down for 15 s, while a receiver is in trouble")
  void backlogsNeedNoRedis(World world) {
    beginInTrouble(world);
    world.parts().redis().kill();
    pass(world);
    world.checkPlaces();
    world.sinks.recover();
    afterwards(world);
    world.parts().redis().start();
    world.check(Expected.delay(OUTAGE.plusSeconds(60)));
  }

  /** Two nodes whose first receiver does not recover by itself; returns its subscription. */
  private static String beginInTrouble(World world) {
    troubled(new Reply.Status(503), Integer.MAX_VALUE, world);
    world.begin(world.node(), world.node());
    String subscription = world.subscriptions().getFirst();
    World.until(
        "its backlog has a workflow",
        Duration.ofSeconds(60),
        () ->
            world.count(
                    "select count(*) from standings where run_id is not null and state <> 'closed'")
                == 1);
    return subscription;
  }

  /** Counts the requests of the first receiver, which answers like this at first. */
  private static AtomicInteger troubled(Reply at, int first, World world) {
    AtomicInteger requests = new AtomicInteger();
    world.sinks.answer(
        visit ->
            visit.sink() == 0 && requests.incrementAndGet() <= first ? at : new Reply.Status(200));
    return requests;
  }

  /** Kills the only node at this point, when another one is up. */
  private static Expected killAt(CrashPoint point, World world) {
    Node doomed = world.node().stoppingAt(point, world.between(2, 20));
    Node other = world.node();
    troubled(new Reply.Status(503), REFUSED, world);
    world.begin(doomed);
    doomed.awaitReached();
    world.generator.awaitCalls(World.CALLS_PER_SECOND);
    world.generator.pause();
    world.awaitQuiet();
    world.start(other);
    assertThat(backlogged(world)).isPositive();
    doomed.freeze();
    int unrecorded = world.checker().unrecorded();
    doomed.kill();
    Instant killed = Instant.now();
    world.generator.turnTo(other);
    world.generator.goOn();
    world.checkPlaces();
    world.generator.awaitCalls(3 * World.CALLS_PER_SECOND);
    return Expected.delay(TAKEN_OVER).since(killed).refusals(Expected.ANY).duplicates(unrecorded);
  }

  private static void pass(World world) {
    world.generator.awaitCalls((int) OUTAGE.toSeconds() * World.CALLS_PER_SECOND);
  }

  private static void afterwards(World world) {
    world.generator.awaitAccepted(5 * World.CALLS_PER_SECOND);
  }
}
