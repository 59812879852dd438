package dev.homing.app.chaos;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.chaos.RecordingReceivers.Reply;
import dev.homing.app.journey.Api;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node, or an answer, that comes late finds that the world has gone on. Beyond the matrix. */
@ExtendWith(Rows.class)
class FrozenNodesIT {
  private static final Expected TAKEN_OVER =
      Expected.delay(Node.TIMEOUT.plusSeconds(45)).refusals(Expected.ANY).duplicates(100);

  @Row(number = 38, fault = "node frozen for 25 s while it sends")
  void nobodyElseSendsAsLongAsTheLeaseLasts(World world) {
    Node sleeper = world.node();
    Node other = world.node();
    freezeWhileItSends(sleeper, other, world);
    world.generator.awaitCalls(25 * World.CALLS_PER_SECOND);
    assertThat(sentTwice(world)).isZero();
    wake(sleeper, other, world);
    world.check(TAKEN_OVER);
  }

  @Row(number = 39, fault = "node frozen for 60 s while it sends, longer than its lease")
  void whoWakesUpAfterItsLeaseDisturbsNothing(World world) {
    Node sleeper = world.node();
    Node other = world.node();
    freezeWhileItSends(sleeper, other, world);
    world.generator.awaitCalls(60 * World.CALLS_PER_SECOND);
    wake(sleeper, other, world);
    world.check(TAKEN_OVER);
  }

  private static void freezeWhileItSends(Node sleeper, Node other, World world) {
    world.begin(sleeper, other);
    world.generator.turnTo(sleeper);
    world.generator.awaitAccepted(20);
    AtomicBoolean first = new AtomicBoolean(true);
    AtomicBoolean frozen = new AtomicBoolean();
    world.sinks.answer(
        visit -> {
          if (first.getAndSet(false)) {
            if (hasWorkflowSoon(visit.event(), world)) {
              sleeper.freeze(); // The answer finds nobody who reads it.
              frozen.set(true);
            } else {
              first.set(true); // Temporal is slow: perhaps with the next one.
            }
          }
          return new Reply.Late(Duration.ofSeconds(1)); // So that some events are under way.
        });
    World.until("frozen", Duration.ofMinutes(1), frozen::get);
    world.generator.turnTo(other);
  }

  /**
   * Which another node takes up before the lease is out, if Temporal does not hand it to the frozen
   * one again: it must not send what that one sends.
   */
  private static boolean hasWorkflowSoon(String event, World world) {
    try {
      World.until(
          "the event has its workflow",
          Node.TIMEOUT.minusSeconds(1),
          () -> !world.parts().temporal().cli("workflow", "describe", "-w", event).isEmpty());
      return true;
    } catch (ConditionTimeoutException late) {
      return false;
    }
  }

  private static long sentTwice(World world) {
    return world.sinks.answered().stream()
        .map(RecordingReceivers.Answered::visit)
        .collect(groupingBy(visit -> visit.event() + " to " + visit.sink()))
        .values()
        .stream()
        .filter(visits -> visits.size() > 1)
        .count();
  }

  private static void wake(Node sleeper, Node other, World world) {
    sleeper.thaw();
    world.generator.turnTo(sleeper, other);
    world.generator.awaitAccepted(5 * World.CALLS_PER_SECOND);
  }

  @Row(number = 40, fault = "receiver refuses after its delivery was cancelled")
  void aLateRefusalChangesNothing(World world) {
    int slow = 9;
    Set<String> underWay = ConcurrentHashMap.newKeySet();
    Set<String> cancelled = ConcurrentHashMap.newKeySet();
    world.sinks.answer(
        visit -> {
          if (visit.sink() != slow) {
            return new Reply.Status(200);
          }
          underWay.add(visit.event());
          return new Reply.LateRefusal(Node.TIMEOUT.minusMillis(500));
        });
    world.begin(world.node());
    String subscription =
        world.subscribe(slow, world.sinks.url(slow), World.ALL, Map.of("max_attempts", 1));
    World.until(
        "ten are cancelled in time",
        Duration.ofMinutes(1),
        () -> {
          underWay.stream()
              .map(event -> world.api().deliveryId(event, subscription))
              .filter(id -> isCancelledInTime(id, world))
              .forEach(cancelled::add);
          underWay.clear();
          return cancelled.size() >= 10;
        });
    world.sinks.recover();
    world.generator.awaitAccepted(5 * World.CALLS_PER_SECOND);
    world.check(Expected.delay(Duration.ofSeconds(10)));

    for (String id : cancelled) {
      var delivery = world.api().awaitDelivery(id, "attempt_count", 1);
      assertThat(Api.text(delivery, "state")).isEqualTo("cancelled");
    }
  }

  /** While its first attempt is still under way. */
  private static boolean isCancelledInTime(String id, World world) {
    return world.api().delivery(id).get("attempts").isEmpty()
        && world.api().post("/deliveries/" + id + "/cancel").status() == 200;
  }
}
