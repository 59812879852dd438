package dev.homing.app.chaos;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.chaos.RecordingReceivers.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** One of two nodes dies, at each step of an event. */
@ExtendWith(Rows.class)
class NodeDeathsIT {
  /** The delay after a death: its leases, then the next round of the rescuer or workflow. */
  private static final Expected TAKEN_OVER =
      Expected.delay(Node.TIMEOUT.plusSeconds(45)).refusals(Expected.ANY);

  @Row(number = 1, fault = "node killed before the commit")
  void anUncommittedEventDoesNotExist(World world) {
    world.check(killAt(CrashPoint.BEFORE_COMMIT, world));
  }

  @Row(number = 1, fault = "node killed before it accepts in one statement")
  void anUnsentEventWithoutAKeyDoesNotExist(World world) {
    world.check(killAt(CrashPoint.BEFORE_STATEMENT, world));
  }

  @Row(number = 2, fault = "node killed after the commit, before its 202")
  void retryAfterCommitReturnsTheSameEventToACallerWithAKey(World world) {
    world.check(killAt(CrashPoint.AFTER_COMMIT, world));
  }

  @Row(number = 3, fault = "node killed after the 202, before the workflow's start")
  void anotherNodeStartsTheAcceptedEvent(World world) {
    world.check(killAt(CrashPoint.BEFORE_START, world));
  }

  @Row(number = 4, fault = "node killed after the workflow's start")
  void aStartedEventIsSentOnce(World world) {
    world.check(killAt(CrashPoint.AFTER_START, world));
  }

  @Row(number = 5, fault = "node killed before the first attempts of an event")
  void anotherNodeMakesTheFirstAttempts(World world) {
    world.check(killAt(CrashPoint.EARLY_BEFORE_SENDING, world));
  }

  @Row(number = 5, fault = "node killed before a later attempt")
  void anotherNodeMakesTheLaterAttempts(World world) {
    world.check(killLaterAttemptsAt(CrashPoint.DURABLE_BEFORE_SENDING, world));
  }

  @Row(number = 6, fault = "node killed before it connects, first attempts")
  void anotherNodeSendsAnUnconnectedFirstAttempt(World world) {
    world.check(killAt(CrashPoint.EXPRESS_BEFORE_CONNECT, world));
  }

  @Row(number = 6, fault = "node killed before it connects, later attempts")
  void anotherNodeSendsAnUnconnectedLaterAttempt(World world) {
    world.check(killLaterAttemptsAt(CrashPoint.DURABLE_BEFORE_CONNECT, world));
  }

  @Row(number = 7, fault = "node killed before the answer, first attempts")
  void anUnansweredFirstAttemptIsRepeated(World world) {
    world.check(killWhileSinksAreSilent(1, world));
  }

  @Row(number = 7, fault = "node killed before the answer, later attempts")
  void anUnansweredLaterAttemptIsRepeated(World world) {
    world.check(killWhileSinksAreSilent(2, world));
  }

  @Row(number = 8, fault = "node killed before the answer is recorded, first attempts")
  void aFirstAttemptWithAnUnrecordedAnswerIsRepeated(World world) {
    world.check(killAt(CrashPoint.EXPRESS_BEFORE_ROWS, world));
  }

  @Row(number = 8, fault = "node killed before the answer is recorded, later attempts")
  void aLaterAttemptWithAnUnrecordedAnswerIsRepeated(World world) {
    world.check(killLaterAttemptsAt(CrashPoint.DURABLE_BEFORE_ROWS, world));
  }

  @Row(number = 9, fault = "node killed after the answer is recorded, first attempts")
  void aRecordedFirstAttemptIsNotRepeated(World world) {
    world.check(killAt(CrashPoint.EXPRESS_AFTER_ROWS, world));
  }

  @Row(number = 9, fault = "node killed after the answer is recorded, later attempts")
  void aRecordedLaterAttemptIsNotRepeated(World world) {
    world.check(killLaterAttemptsAt(CrashPoint.DURABLE_AFTER_ROWS, world));
  }

  @Row(number = 10, fault = "node killed between the commits of a 410")
  void anotherNodeDisablesAGoneReceiver(World world) {
    int gone = 9;
    world.sinks.answer(visit -> new Reply.Status(visit.sink() == gone ? 410 : 200));
    Node doomed = world.node().stoppingAt(CrashPoint.BEFORE_SWITCH_OFF, 1);
    begin(doomed, world.node(), world);
    String subscription = world.subscribe(gone, world.sinks.url(gone), World.ALL);
    awaitHalt(doomed, world);
    world.check(kill(doomed, world));

    World.until(
        "disabled",
        Duration.ofSeconds(60),
        () ->
            text(world.api().get("/subscriptions/" + subscription).json(), "disabled_reason")
                .equals("gone"));
    for (String waiting : List.of("retrying", "held")) {
      String list = "/deliveries?subscription=%s&state=%s".formatted(subscription, waiting);
      assertThat(world.api().get(list).expect(200).json().get("items")).isEmpty();
    }
  }

  @Row(number = 11, fault = "both nodes stopped and started, one after the other")
  void aRollingRestartGoesUnnoticed(World world) {
    Node one = nodeThatIsStopped(world);
    Node other = nodeThatIsStopped(world);
    // Some attempts are still under way when the rest of the node has stopped. A receiver that
    // takes longer than two seconds hangs for a node that does not know it.
    world.sinks.answer(_ -> new Reply.Late(Duration.ofMillis(1_700)));
    world.begin(one, other);
    world.generator.awaitAccepted(15);
    restart(one, other, world);
    restart(other, one, world);
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  /** It waits for an answer that comes just before the usual timeout. */
  private static Node nodeThatIsStopped(World world) {
    return world.node().with("HOMING_DRAIN_DELAY", "1s").with("WEBHOOK_TIMEOUT", "10s");
  }

  @Row(number = 41, fault = "node stopped while callers wait for its commits, of 0.4 s each")
  void callersWaitingForACommitAreStillAnswered(World world) {
    Node stopped = world.node().with("HOMING_DRAIN_DELAY", "0s");
    Node other = world.node();
    world.begin(stopped, other);
    world.generator.turnTo(stopped);
    world.slowCommits(Duration.ofMillis(400)); // Well below the queue timeout of a call.
    world.generator.awaitAccepted(15);
    world.generator.turnTo(other);
    world.generator.awaitCalls(1); // By then earlier calls have reached the stopping node.
    stopped.terminate();
    stopped.awaitEnd();
    world.generator.awaitCalls(2 * World.CALLS_PER_SECOND);
    world.quickCommits();
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  @Row(number = 42, fault = "node killed before the workflow adopts the first attempts")
  void anUnadoptedFirstAttemptIsSentOnce(World world) {
    world.check(killAt(CrashPoint.EXPRESS_BEFORE_ADOPTING, world));
  }

  @Row(number = 43, fault = "node killed half-way through a workflow that events share")
  void eventsThatShareAWorkflowAreSentOnce(World world) {
    world.check(killWhileEventsShare(CrashPoint.SHARED_HALF_WAY, world));
  }

  @Row(number = 44, fault = "node killed before it starts what a shared workflow leaves waiting")
  void anotherNodeRetriesEventsThatShareAWorkflow(World world) {
    refuseFirstAttempts(world);
    world.check(killWhileEventsShare(CrashPoint.SHARED_BEFORE_STARTS, world));
  }

  private static Expected killWhileEventsShare(CrashPoint point, World world) {
    Forwarder network = world.network(world.parts().temporal().port());
    Node doomed =
        world
            .node()
            .with("HOMING_START_SLOTS", "1")
            .with("HOMING_OWN_RETRIES", "unlimited")
            .with("TEMPORAL_ADDRESS", "127.0.0.1:" + network.port())
            .stoppingAt(point, 1);
    network.delay(Duration.ofMillis(300)); // Events that arrive during a slow start share the next.
    return killOnceHalted(doomed, world);
  }

  private static Expected killAt(CrashPoint point, World world) {
    return killOnceHalted(world.node().stoppingAt(point, world.between(5, 15)), world);
  }

  /** The same, where deliveries have workflows of their own although they fail together. */
  private static Expected killLaterAttemptsAt(CrashPoint point, World world) {
    refuseFirstAttempts(world);
    return killOnceHalted(
        withoutBacklogs(world).stoppingAt(point, world.between(5, 15)),
        withoutBacklogs(world),
        world);
  }

  private static Node withoutBacklogs(World world) {
    return world.node().with("HOMING_OWN_RETRIES", "unlimited");
  }

  /** Runs the world until threads of a node stand at its point and everything is quiet. */
  private static Expected killOnceHalted(Node doomed, World world) {
    return killOnceHalted(doomed, world.node(), world);
  }

  private static Expected killOnceHalted(Node doomed, Node other, World world) {
    begin(doomed, other, world);
    awaitHalt(doomed, world);
    return kill(doomed, world);
  }

  /** Begins with two nodes, and calls only this one. */
  private static void begin(Node doomed, Node other, World world) {
    world.begin(doomed, other);
    world.generator.turnTo(doomed);
  }

  private static void awaitHalt(Node doomed, World world) {
    doomed.awaitReached();
    world.generator.awaitCalls(World.CALLS_PER_SECOND);
    world.generator.pause();
    world.awaitQuiet();
  }

  /** Returns the expected effect: only attempts that were not recorded by then may be repeated. */
  private static Expected kill(Node doomed, World world) {
    doomed.freeze();
    int unrecorded = world.checker().unrecorded();
    doomed.kill();
    Instant killed = Instant.now();
    world.generator.turnTo(world.living());
    world.generator.goOn();
    world.checkPlaces();
    world.generator.awaitCalls(3 * World.CALLS_PER_SECOND);
    return TAKEN_OVER.since(killed).duplicates(unrecorded);
  }

  /**
   * Refuses at one sink, so that a third of the deliveries takes the durable lane. Not for nodes
   * with backlogs: each probe is a first attempt, too, so its breaker would stay open.
   */
  private static void refuseFirstAttempts(World world) {
    world.sinks.answer(
        visit -> new Reply.Status(visit.sink() == 0 && visit.number() == 1 ? 503 : 200));
  }

  private static Expected killWhileSinksAreSilent(int attempt, World world) {
    Node doomed = withoutBacklogs(world);
    begin(doomed, withoutBacklogs(world), world);
    world.generator.awaitAccepted(15);
    world.sinks.answer(
        visit -> visit.number() < attempt ? new Reply.Status(503) : new Reply.Silence());
    World.until(
        "ten requests without an answer",
        Duration.ofSeconds(30),
        () -> world.sinks.answered(Reply.Silence.class).count() >= 10);
    doomed.kill();
    Instant killed = Instant.now();
    world.sinks.recover();
    world.generator.turnTo(world.living());
    world.checkPlaces();
    world.generator.awaitCalls(3 * World.CALLS_PER_SECOND);
    return TAKEN_OVER.since(killed).duplicates(unanswered(world));
  }

  private static int unanswered(World world) {
    return (int) world.sinks.answered(Reply.Silence.class).count();
  }

  /** Restarts a node as behind a load balancer, which sends it no calls while it is not ready. */
  private static void restart(Node node, Node other, World world) {
    node.terminate();
    World.until("not ready", Duration.ofSeconds(10), () -> !node.isReady());
    world.generator.turnTo(other);
    node.awaitEnd();
    world.start(node);
    world.generator.turnTo(node, other);
    world.generator.awaitCalls(2 * World.CALLS_PER_SECOND);
  }
}
