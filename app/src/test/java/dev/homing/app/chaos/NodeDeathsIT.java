package dev.homing.app.chaos;

import static dev.homing.app.journey.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.chaos.RecordingReceivers.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** One node of two dies, at each step of an event's way. */
@ExtendWith(Rows.class)
class NodeDeathsIT {
  /** From the death: its leases, then the reconciler's or the workflow's next look. */
  private static final Expected TAKEN_OVER =
      Expected.delay(Node.TIMEOUT.plusSeconds(45)).refusals(Expected.ANY);

  @Row(number = 1, fault = "node killed before the commit")
  void whatWasNotCommittedIsNoEvent(World world) {
    world.check(killAt(CrashPoint.BEFORE_COMMIT, world));
  }

  @Row(number = 2, fault = "node killed after the commit, before its 202")
  void whoRepeatsGetsTheEventThatWasCommitted(World world) {
    world.check(killAt(CrashPoint.AFTER_COMMIT, world));
  }

  @Row(number = 3, fault = "node killed after the 202, before the workflow's start")
  void whatADeadNodeAcceptedIsStartedByAnother(World world) {
    world.check(killAt(CrashPoint.BEFORE_START, world));
  }

  @Row(number = 4, fault = "node killed after the workflow's start")
  void whatADeadNodeStartedIsSentOnce(World world) {
    world.check(killAt(CrashPoint.AFTER_START, world));
  }

  @Row(number = 5, fault = "node killed before the first attempts of an event")
  void anotherNodeMakesTheFirstAttempts(World world) {
    world.check(killAt(CrashPoint.EARLY_BEFORE_SENDING, world));
  }

  @Row(number = 5, fault = "node killed before a later attempt")
  void anotherNodeMakesTheLaterAttempts(World world) {
    refuseFirstAttempts(world);
    world.check(killAt(CrashPoint.DURABLE_BEFORE_SENDING, world));
  }

  @Row(number = 6, fault = "node killed before it connects, first attempts")
  void whatWasNotConnectedIsSentByAnother(World world) {
    world.check(killAt(CrashPoint.EXPRESS_BEFORE_CONNECT, world));
  }

  @Row(number = 6, fault = "node killed before it connects, later attempts")
  void whatWasNotConnectedAgainIsSentByAnother(World world) {
    refuseFirstAttempts(world);
    world.check(killAt(CrashPoint.DURABLE_BEFORE_CONNECT, world));
  }

  @Row(number = 7, fault = "node killed before the answer, first attempts")
  void whatWasNotAnsweredIsSentAgain(World world) {
    world.check(killWhileSinksAreSilent(1, world));
  }

  @Row(number = 7, fault = "node killed before the answer, later attempts")
  void whatWasNotAnsweredLaterIsSentAgain(World world) {
    world.check(killWhileSinksAreSilent(2, world));
  }

  @Row(number = 8, fault = "node killed before the answer is recorded, first attempts")
  void anAnswerThatIsNotRecordedIsAskedForAgain(World world) {
    world.check(killAt(CrashPoint.EXPRESS_BEFORE_ROWS, world));
  }

  @Row(number = 8, fault = "node killed before the answer is recorded, later attempts")
  void aLaterAnswerThatIsNotRecordedIsAskedForAgain(World world) {
    refuseFirstAttempts(world);
    world.check(killAt(CrashPoint.DURABLE_BEFORE_ROWS, world));
  }

  @Row(number = 9, fault = "node killed after the answer is recorded, first attempts")
  void whatIsRecordedIsNotSentAgain(World world) {
    world.check(killAt(CrashPoint.EXPRESS_AFTER_ROWS, world));
  }

  @Row(number = 9, fault = "node killed after the answer is recorded, later attempts")
  void whatIsRecordedLaterIsNotSentAgain(World world) {
    refuseFirstAttempts(world);
    world.check(killAt(CrashPoint.DURABLE_AFTER_ROWS, world));
  }

  @Row(number = 10, fault = "node killed between the commits of a 410")
  void whoIsGoneIsSwitchedOffByAnother(World world) {
    int gone = 9;
    world.sinks.answer(visit -> new Reply.Status(visit.sink() == gone ? 410 : 200));
    Node doomed = world.node().stoppingAt(CrashPoint.BEFORE_SWITCH_OFF, 1);
    world.begin(doomed, world.node());
    world.generator.turnTo(doomed);
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
  void aRollingRestartIsNotNoticed(World world) {
    Node one = nodeThatIsStopped(world);
    Node other = nodeThatIsStopped(world);
    // Some attempts are still under way when the rest of the node has stopped.
    world.sinks.answer(_ -> new Reply.Late(Node.TIMEOUT.minusMillis(200)));
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
  void whoWaitsForItsCommitIsStillAnswered(World world) {
    Node stopped = world.node().with("HOMING_DRAIN_DELAY", "0s");
    Node other = world.node();
    world.begin(stopped, other);
    world.generator.turnTo(stopped);
    world.slowCommits(Duration.ofMillis(400)); // Well below what a call waits for its turn.
    world.generator.awaitAccepted(15);
    world.generator.turnTo(other);
    world.generator.awaitCalls(1); // By then those before have come to the node that stops.
    stopped.terminate();
    stopped.awaitEnd();
    world.generator.awaitCalls(2 * World.CALLS_PER_SECOND);
    world.quickCommits();
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  @Row(number = 42, fault = "node killed before the workflow adopts the first attempts")
  void whatWasNotAdoptedIsSentOnce(World world) {
    world.check(killAt(CrashPoint.EXPRESS_BEFORE_ADOPTING, world));
  }

  @Row(number = 43, fault = "node killed half-way through a workflow that events share")
  void whatSharesAWorkflowIsSentOnce(World world) {
    world.check(killWhileEventsShare(CrashPoint.SHARED_HALF_WAY, world));
  }

  @Row(number = 44, fault = "node killed before it starts what a shared workflow leaves waiting")
  void whatSharesAWorkflowIsRetriedByAnother(World world) {
    refuseFirstAttempts(world);
    world.check(killWhileEventsShare(CrashPoint.SHARED_BEFORE_STARTS, world));
  }

  private static Expected killWhileEventsShare(CrashPoint point, World world) {
    Forwarder network = world.network(world.parts().temporal().port());
    Node doomed =
        world
            .node()
            .with("HOMING_START_SLOTS", "1")
            .with("TEMPORAL_ADDRESS", "127.0.0.1:" + network.port())
            .stoppingAt(point, 1);
    network.delay(
        Duration.ofMillis(300)); // What comes while a start takes so long shares the next.
    world.begin(doomed, world.node());
    world.generator.turnTo(doomed);
    awaitHalt(doomed, world);
    return kill(doomed, world);
  }

  /** Lets all go on until threads of a node stand at the point and nothing moves any more. */
  private static Expected killAt(CrashPoint point, World world) {
    Node doomed = world.node().stoppingAt(point, world.between(5, 15));
    world.begin(doomed, world.node());
    world.generator.turnTo(doomed);
    awaitHalt(doomed, world);
    return kill(doomed, world);
  }

  private static void awaitHalt(Node doomed, World world) {
    doomed.awaitReached();
    world.generator.awaitCalls(World.CALLS_PER_SECOND);
    world.generator.pause();
    world.awaitQuiet();
  }

  /** Returns what may come of it: only what nobody had recorded by then may come again. */
  private static Expected kill(Node doomed, World world) {
    doomed.freeze();
    int unrecorded = world.checker().unrecorded();
    doomed.kill();
    Instant killed = Instant.now();
    world.generator.turnTo(world.living());
    world.generator.goOn();
    world.generator.awaitCalls(3 * World.CALLS_PER_SECOND);
    return TAKEN_OVER.since(killed).duplicates(unrecorded);
  }

  /** Of one sink, so that a third of what is sent takes the durable lane. */
  private static void refuseFirstAttempts(World world) {
    world.sinks.answer(
        visit -> new Reply.Status(visit.sink() == 0 && visit.number() == 1 ? 503 : 200));
  }

  private static Expected killWhileSinksAreSilent(int attempt, World world) {
    Node doomed = world.node();
    world.begin(doomed, world.node());
    world.generator.turnTo(doomed);
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
    world.generator.awaitCalls(3 * World.CALLS_PER_SECOND);
    return TAKEN_OVER.since(killed).duplicates(unanswered(world));
  }

  private static int unanswered(World world) {
    return (int) world.sinks.answered(Reply.Silence.class).count();
  }

  /** As behind a load balancer: who is not ready gets no calls. */
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
