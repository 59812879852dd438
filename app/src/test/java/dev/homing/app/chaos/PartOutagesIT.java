package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** PostgreSQL, Redis or Temporal fails or hangs, and recovers. */
@ExtendWith(Rows.class)
class PartOutagesIT {
  private static final Duration OUTAGE = Duration.ofSeconds(15);
  private static final int IN_FLIGHT = 100;

  @Row(number = 13, fault = "Temporal killed, down for 15 s")
  void acceptsWithoutTemporal(World world) {
    Node node = world.node();
    world.begin(node);
    world.generator.awaitAccepted(15);
    world.parts().temporal().kill();
    pass(OUTAGE, world);
    assertThat(node.isReady()).isTrue();
    world.parts().temporal().start();
    afterwards(world);
    world.check(Expected.delay(OUTAGE.plusSeconds(60)).duplicates(IN_FLIGHT));
  }

  @Row(number = 14, fault = "the accepting node cut off from Temporal for 45 s")
  void anotherNodeSendsEventsOfACutOffNode(World world) {
    Forwarder network = world.network(world.parts().temporal().port());
    Node accepting = behind(network, world);
    world.begin(accepting, world.node());
    world.generator.turnTo(accepting);
    world.generator.awaitAccepted(15);
    network.freeze();
    pass(Duration.ofSeconds(45), world);
    assertThat(accepting.isReady()).isTrue();
    network.heal();
    afterwards(world);
    world.check(Expected.delay(Node.TIMEOUT.plusSeconds(45)));
  }

  @Row(number = 14, fault = "another node than the accepting one cut off from Temporal for 15 s")
  void aCutOffNodeDelaysNoOthers(World world) {
    Forwarder network = world.network(world.parts().temporal().port());
    Node other = behind(network, world);
    Node accepting = world.node();
    world.begin(accepting, other);
    world.generator.turnTo(accepting);
    world.generator.awaitAccepted(15);
    network.freeze();
    pass(OUTAGE, world);
    assertThat(other.isReady()).isTrue();
    network.heal();
    afterwards(world);
    world.check(Expected.delay(Node.TIMEOUT.plusSeconds(45)));
  }

  private static Node behind(Forwarder network, World world) {
    return world.node().with("TEMPORAL_ADDRESS", "127.0.0.1:" + network.port());
  }

  @Row(number = 15, fault = "PostgreSQL killed, down for 15 s")
  void withoutPostgresNothingIsAcceptedAndNothingIsLost(World world) {
    world.begin(world.node());
    world.generator.awaitAccepted(15);
    world.parts().postgres().kill();
    Instant gone = Instant.now();
    pass(OUTAGE, world);
    Instant back = Instant.now();
    world.parts().postgres().start();
    afterwards(world);

    assertThat(world.generator.tries(gone, back)).isNotEmpty().allMatch(t -> t.status() == 503);
    world.check(
        Expected.delay(OUTAGE.plusSeconds(90)).refusals(Expected.ANY).duplicates(IN_FLIGHT));
  }

  @Row(number = 18, fault = "PostgreSQL's disk full for 10 s")
  void aFullDiskAcknowledgesNothing(World world) {
    SmallDisk disk = world.smallDisk();
    Node node = world.node().with("DATABASE_URL", disk.url());
    world.begin(node);
    world.generator.awaitAccepted(15);
    disk.fill();
    World.until("calls are refused", Duration.ofSeconds(60), () -> refused(world) >= 10);
    pass(Duration.ofSeconds(10), world);
    assertThat(node.isAlive()).isTrue();
    disk.free();
    disk.start();
    Instant free = Instant.now();
    afterwards(world);

    assertThat(Duration.between(free, Instant.now())).isLessThan(Duration.ofSeconds(60));
    // Attempts under way are repeated every 1 to 10 s as long as no node can record them.
    world.check(
        Expected.delay(Duration.ofMinutes(3)).refusals(Expected.ANY).duplicates(3 * IN_FLIGHT));
  }

  private static long refused(World world) {
    return world.generator.calls().stream().filter(call -> !call.isAccepted()).count();
  }

  @Row(number = 19, fault = "each accepting commit takes 2 s, for 15 s", alone = true)
  void overloadIsAnsweredSoon(World world) {
    Node node = world.node();
    world.begin(node);
    world.generator.awaitAccepted(15);
    world.slowCommits(Duration.ofSeconds(2));
    Instant slow = Instant.now();
    pass(OUTAGE, world);
    Instant quick = Instant.now();
    world.quickCommits();
    afterwards(world);

    assertThat(Call.percentile(99, refused(world, slow, quick))).isLessThan(Duration.ofSeconds(1));
    world.check(Expected.delay(Duration.ofSeconds(10)).refusals(Expected.ANY));
  }

  private static Stream<Call.Try> refused(World world, Instant from, Instant to) {
    return world.generator.tries(from, to).filter(each -> each.outcome() == Call.Outcome.FAIL);
  }

  @Row(number = 20, fault = "Redis killed, down for 15 s", alone = true)
  void anOutageOfRedisGoesUnnoticed(World world) {
    world.begin(world.node());
    Instant start = Instant.now();
    pass(OUTAGE, world);
    world.parts().redis().kill();
    Instant gone = Instant.now();
    pass(OUTAGE, world);
    Instant back = Instant.now();
    world.parts().redis().start();
    afterwards(world);

    Duration before = Call.percentile(99, world.generator.tries(start, gone));
    assertThat(Call.percentile(99, world.generator.tries(gone, back)))
        .isLessThan(before.plusMillis(50));
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  @Row(number = 21, fault = "Redis emptied, again and again")
  void keysLostByRedisAreReadFromPostgres(World world) {
    world.begin(world.node());
    for (int i = 0; i < 5; i++) {
      pass(Duration.ofSeconds(2), world);
      world.parts().redis().flush();
    }
    afterwards(world);
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  @Row(number = 22, fault = "Redis answers 5 s later, for 15 s", alone = true)
  void aSlowRedisIsNotWaitedFor(World world) {
    Forwarder network = world.network(world.parts().redis().port());
    world.begin(world.node().with("REDIS_URL", "redis://127.0.0.1:" + network.port()));
    world.generator.awaitAccepted(15);
    network.delay(Duration.ofSeconds(5));
    Instant slow = Instant.now();
    pass(OUTAGE, world);
    Instant quick = Instant.now();
    network.heal();
    afterwards(world);

    List<Call.Try> answered = world.generator.tries(slow, quick).toList();
    assertThat(answered.size())
        .isGreaterThan((int) (0.95 * OUTAGE.toSeconds() * World.CALLS_PER_SECOND));
    assertThat(Call.percentile(99, answered.stream())).isLessThan(Duration.ofMillis(500));
    world.check(Expected.delay(Duration.ofSeconds(10)));
  }

  /** Lets this time pass by the generator's clock. */
  private static void pass(Duration time, World world) {
    world.generator.awaitCalls((int) time.toSeconds() * World.CALLS_PER_SECOND);
  }

  /** Waits until calls succeed normally again. */
  private static void afterwards(World world) {
    world.generator.awaitAccepted(5 * World.CALLS_PER_SECOND);
  }
}
