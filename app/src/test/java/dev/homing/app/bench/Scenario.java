package dev.homing.app.bench;

import dev.homing.app.bench.Load.Burst;
import dev.homing.app.bench.Load.Half;
import dev.homing.app.bench.Load.Saturating;
import dev.homing.app.bench.Load.Steady;
import dev.homing.app.bench.Receivers.Behaviour;
import dev.homing.app.journey.RunningHoming;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A scenario to measure.
 *
 * @param receivers subscribed to every event
 * @param bystanders subscriptions of the same tenant to other events
 * @param payload bytes of each event
 * @param without parts that are stopped before it is measured
 * @param settings of Homing, where they are not the usual ones
 * @param nodes of Homing, to which callers are spread
 * @param crowd events that another tenant posts at once, as the measured load begins
 */
record Scenario(
    String name,
    Load load,
    int receivers,
    int bystanders,
    int payload,
    Behaviour behaviour,
    Set<Missing> without,
    Map<String, String> settings,
    int crowd,
    int nodes,
    Terms terms) {
  /** The parts that may be stopped. */
  enum Missing {
    TEMPORAL,
    REDIS
  }

  private static final int KIB = 1_024;
  private static final Map<String, String> OWN_WORKFLOWS =
      Map.of("HOMING_EVENTS_PER_WORKFLOW", "1");

  private static final Map<String, String> BACKLOGS = Map.of("HOMING_OWN_RETRIES", "10");

  private static final Map<String, String> KEYS =
      Map.of(
          "HOMING_ADMIN_KEY", RunningHoming.ADMIN_KEY, "HOMING_ALLOW_DESTINATIONS", "127.0.0.1/32");

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
          of("calm", new Steady(16, 50, 1), 1).with(OWN_WORKFLOWS),
          of("calm-alone", new Steady(16, 50, 1), 1).without(Missing.TEMPORAL),
          of("own", new Steady(64, 150, 1), 1).with(OWN_WORKFLOWS),
          of("accept", new Saturating(64), 0).without(Missing.TEMPORAL),
          of("routes-redis", new Steady(16, 200, 1), 1).without(Missing.TEMPORAL),
          of("routes-postgres", new Steady(16, 200, 1), 1).without(Missing.TEMPORAL, Missing.REDIS),
          of("tenant-100", new Steady(16, 50, 1), 1).bystanders(100),
          of("tenant-100000", new Steady(16, 50, 1), 1).bystanders(100_000),
          of("refusing", new Saturating(16), 1)
              .behaving(Behaviour.PROMPT.refusingOneIn(10))
              .with(BACKLOGS),
          of("refusing-in-turn", new Saturating(16), 1)
              .behaving(Behaviour.PROMPT.refusingOneIn(10).inTurn(Duration.ofSeconds(10)))
              .with(BACKLOGS),
          of("eleven", new Saturating(16), 11),
          of("hanging", new Saturating(16), 11)
              .behaving(Behaviour.PROMPT.hanging(1))
              .with(BACKLOGS),
          of("hundred-ten", new Saturating(16), 110),
          of("hanging-100", new Saturating(16), 110)
              .behaving(Behaviour.PROMPT.hanging(100))
              .with(BACKLOGS),
          of("eleven-hundred", new Steady(4, 4, 1), 1_100),
          of("hanging-1000", new Steady(4, 4, 1), 1_100)
              .behaving(Behaviour.PROMPT.hanging(1_000))
              .with(BACKLOGS),
          of("slow", new Saturating(16), 1)
              .behaving(Behaviour.PROMPT.after(Duration.ofMillis(100))),
          of("burst", new Burst(64, 50_000), 1),
          of("recovery", new Burst(64, 50_000), 1)
              .behaving(Behaviour.PROMPT.downAtFirst())
              .with(BACKLOGS),
          of("outage", new Steady(16, 200, 1), 1)
              .behaving(Behaviour.PROMPT.downAtFirst())
              .with(BACKLOGS),
          of("crowd-of-1", new Steady(16, 50, 3), 1).beside(1),
          of("crowd", new Steady(16, 50, 3), 1).beside(100_000),
          of("ordered-64", new Saturating(64), 1).on(Terms.ordered(1_024)),
          of("paced-two-nodes", new Steady(64, 300, 1), 1)
              .behaving(Behaviour.PROMPT.after(Duration.ofMillis(80)))
              .on(Terms.paced(100, 10))
              .nodes(2),
          of("half", new Half(64, 10), 1));

  private static Scenario of(String name, Load load, int receivers) {
    return new Scenario(
        name, load, receivers, 0, KIB, Behaviour.PROMPT, Set.of(), Map.of(), 0, 1, Terms.PLAIN);
  }

  private Scenario payload(int bytes) {
    return new Scenario(
        name,
        load,
        receivers,
        bystanders,
        bytes,
        behaviour,
        without,
        settings,
        crowd,
        nodes,
        terms);
  }

  private Scenario bystanders(int others) {
    return new Scenario(
        name, load, receivers, others, payload, behaviour, without, settings, crowd, nodes, terms);
  }

  private Scenario behaving(Behaviour otherwise) {
    return new Scenario(
        name,
        load,
        receivers,
        bystanders,
        payload,
        otherwise,
        without,
        settings,
        crowd,
        nodes,
        terms);
  }

  private Scenario without(Missing... parts) {
    return new Scenario(
        name,
        load,
        receivers,
        bystanders,
        payload,
        behaviour,
        Set.of(parts),
        settings,
        crowd,
        nodes,
        terms);
  }

  private Scenario with(Map<String, String> unusual) {
    return new Scenario(
        name,
        load,
        receivers,
        bystanders,
        payload,
        behaviour,
        without,
        unusual,
        crowd,
        nodes,
        terms);
  }

  /** Beside that many events of another tenant; callers need keys then. */
  private Scenario beside(int events) {
    return new Scenario(
        name, load, receivers, bystanders, payload, behaviour, without, KEYS, events, nodes, terms);
  }

  private Scenario on(Terms others) {
    return new Scenario(
        name,
        load,
        receivers,
        bystanders,
        payload,
        behaviour,
        without,
        settings,
        crowd,
        nodes,
        others);
  }

  private Scenario nodes(int several) {
    return new Scenario(
        name,
        load,
        receivers,
        bystanders,
        payload,
        behaviour,
        without,
        settings,
        crowd,
        several,
        terms);
  }

  boolean hasOwnWorkflows() {
    return settings.equals(OWN_WORKFLOWS);
  }

  boolean withTemporal() {
    return !without.contains(Missing.TEMPORAL);
  }

  String eventType() {
    return "bench." + name;
  }

  /** The receivers that are counted: hanging ones are not waited for. */
  int healthyReceivers() {
    return receivers - behaviour.hanging();
  }
}
