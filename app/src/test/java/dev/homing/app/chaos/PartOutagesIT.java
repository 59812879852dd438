package dev.homing.app.chaos;

import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;

/** PostgreSQL, Redis or Temporal is gone, or as good as gone, and comes back. */
@ExtendWith(Rows.class)
class PartOutagesIT {
  private static final int OUTAGE = World.CALLS_PER_SECOND * 15;

  @Row(number = 15, fault = "PostgreSQL killed, down for 15 s")
  void withoutPostgresNothingIsAcceptedAndNothingIsLost(World world) {
    world.begin(world.node());
    world.generator.awaitAccepted(50);
    world.parts.postgres().kill();
    world.generator.awaitCalls(OUTAGE);
    world.parts.postgres().start();
    world.generator.awaitAccepted(OUTAGE);
    world.check(Expected.delay(Duration.ofSeconds(15 + 90)).refusals(Expected.ANY).duplicates(60));
  }
}
