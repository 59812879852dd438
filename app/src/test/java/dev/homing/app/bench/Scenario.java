package dev.homing.app.bench;

import dev.homing.app.bench.Load.Burst;
import dev.homing.app.bench.Load.Saturating;
import dev.homing.app.bench.Load.Steady;
import dev.homing.app.bench.Receivers.Behaviour;
import java.time.Duration;
import java.util.List;

/**
 * What is measured.
 *
 * @param receivers subscribed to every event
 * @param bystanders subscriptions of the same tenant to other events
 * @param payload bytes of each event
 * @param withTemporal whether Temporal runs while it is measured
 */
record Scenario(
    String name,
    Load load,
    int receivers,
    int bystanders,
    int payload,
    Behaviour behaviour,
    boolean withTemporal) {
  private static final int KIB = 1_024;

  /** Events a second of the scenario that takes ten times as long as the others. */
  private static final int STEADY = Integer.getInteger("bench.steady", 100);

  static final List<Scenario> ALL =
      List.of(
          of("smoke", new Steady(8, 20, 1), 3),
          of("one-16", new Saturating(16), 1),
          of("one-64", new Saturating(64), 1),
          of("fan-10", new Saturating(16), 10),
          of("fan-100", new Saturating(16), 100),
          of("fan-1000", new Saturating(4), 1_000),
          of("fan-10000", new Saturating(1), 10_000),
          of("payload-512", new Saturating(16), 1).payload(KIB / 2),
          of("payload-20k", new Saturating(16), 1).payload(20 * KIB),
          of("payload-200k", new Saturating(16), 1).payload(200 * KIB),
          of("calm", new Steady(16, 50, 1), 1),
          of("accept", new Saturating(16), 0).withoutTemporal(),
          of("tenant-100", new Steady(16, 50, 1), 1).bystanders(100),
          of("tenant-100000", new Steady(16, 50, 1), 1).bystanders(100_000),
          of("refusing", new Saturating(16), 1).behaving(Behaviour.PROMPT.refusingOneIn(10)),
          of("hanging", new Saturating(16), 11).behaving(Behaviour.PROMPT.hanging(1)),
          of("slow", new Saturating(16), 1)
              .behaving(Behaviour.PROMPT.after(Duration.ofMillis(100))),
          of("burst", new Burst(64, 50_000), 1),
          of("recovery", new Burst(64, 50_000), 1).behaving(Behaviour.PROMPT.downAtFirst()),
          of("steady", new Steady(16, STEADY, 10), 1));

  private static Scenario of(String name, Load load, int receivers) {
    return new Scenario(name, load, receivers, 0, KIB, Behaviour.PROMPT, true);
  }

  private Scenario payload(int bytes) {
    return new Scenario(name, load, receivers, bystanders, bytes, behaviour, withTemporal);
  }

  private Scenario bystanders(int others) {
    return new Scenario(name, load, receivers, others, payload, behaviour, withTemporal);
  }

  private Scenario behaving(Behaviour otherwise) {
    return new Scenario(name, load, receivers, bystanders, payload, otherwise, withTemporal);
  }

  private Scenario withoutTemporal() {
    return new Scenario(name, load, receivers, bystanders, payload, behaviour, false);
  }

  String eventType() {
    return "bench." + name;
  }

  /** Those that are counted: for one that hangs nobody waits. */
  int healthyReceivers() {
    return receivers - behaviour.hanging();
  }
}
