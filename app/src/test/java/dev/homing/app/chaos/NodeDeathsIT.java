package dev.homing.app.chaos;

import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;

/** One node of two dies, at each step of an event's way. */
@ExtendWith(Rows.class)
class NodeDeathsIT {
  /** The lease of who died, then the reconciler's or the workflow's next look. */
  private static final Duration TAKEN_OVER = Node.TIMEOUT.plusSeconds(45);

  @Row(number = 2, fault = "node killed after the commit, before its 202")
  void aClientThatRepeatsGetsTheEventThatWasCommitted(World world) {
    killAt(world, CrashPoint.AFTER_COMMIT);
    world.check(Expected.delay(TAKEN_OVER).refusals(Expected.ANY));
  }

  @Row(number = 8, fault = "node killed after the answer, before it is recorded")
  void anAnswerThatNobodyRecordedIsAskedForAgain(World world) {
    killAt(world, CrashPoint.EXPRESS_BEFORE_ROWS);
    world.check(Expected.delay(TAKEN_OVER).refusals(Expected.ANY).duplicates(60));
  }

  private static void killAt(World world, CrashPoint point) {
    Node doomed = world.node().stoppingAt(point, world.between(10, 20));
    world.begin(doomed, world.node());
    doomed.awaitReached();
    doomed.kill();
    world.generator.awaitCalls(World.CALLS_PER_SECOND * 3);
  }
}
