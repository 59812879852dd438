package dev.homing.app.bench;

import dev.homing.app.bench.Callers.Calls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The measurements of a scenario.
 *
 * @param pgbench transactions each second of {@code pgbench -N -c 16 -j 2}, scale 10, on the same
 *     PostgreSQL just before; 0: there is no pgbench here
 * @param turns accepted a second in both turns; null: the receivers do not refuse in turn
 * @param bareAnswer the same, of the HTTP stack alone, just before; null: not asked
 * @param deliveredPerSecond until the last one came
 * @param answer milliseconds from when a call was due to its 202
 * @param receipt milliseconds from when a call was due to a receiver having its event
 * @param outOfOrder receipts after one of a later event with the same ordering key
 * @param mostInASecond requests in any second since the receivers began, at all of them
 * @param mostInFlight requests without an answer since then, at all of them
 * @param cpuMillis of each process, for one delivery, or for one event where nobody receives it
 * @param commits of PostgreSQL for Homing, for one event
 * @param walBytes of PostgreSQL, for one event
 * @param floorPerSecond workflows that do nothing, just before on the same Temporal; null: not
 *     asked
 * @param workflowsPerSecond events whose workflow was started while there was load, shared or not
 * @param workflowCommits transactions of Temporal that create or update a workflow, for one event
 * @param heapMebibytes of Homing, without garbage
 * @param routesRemembered the part of the accepts whose recipients Redis knew
 * @param readySeconds from the start of the jar until it works with all its parts
 * @param fastSeconds from the start of the jar until it accepts 80 % of what it then keeps up, in a
 *     scenario that begins with full load; else nothing
 */
record Figures(
    String scenario,
    String load,
    int receivers,
    double pgbench,
    double acceptedPerSecond,
    @Nullable Turns turns,
    Percentiles answer,
    @Nullable Percentiles bareAnswer,
    double deliveredPerSecond,
    Percentiles receipt,
    int accepted,
    int refused,
    int lost,
    int duplicated,
    int outOfOrder,
    int mostInASecond,
    int mostInFlight,
    Cpu cpuMillis,
    double commits,
    double walBytes,
    @Nullable Double floorPerSecond,
    double workflowsPerSecond,
    double workflowCommits,
    Heap heapMebibytes,
    double routesRemembered,
    double readySeconds,
    @Nullable Double fastSeconds) {
  private static final double MEBI = 1024 * 1024;
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String HEAD =
      """
      | scenario | load | receivers | P | accepted/s | ÷ P | 202 p50 / p99 ms | bare 202 | delivered/s | ÷ P | receipt p50 / p99 ms | lost | duplicated | out of order | requests: most in a second / in flight | CPU ms: Homing, PostgreSQL, Temporal, Redis, load | commits | WAL bytes | floor/s | events with a workflow/s | workflow commits | heap MiB before / after | routes remembered | ready s | fast s |
      |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
      """;

  record Percentiles(double p50, double p99) {
    static Percentiles of(Histogram micros) {
      return new Percentiles(
          micros.getValueAtPercentile(50) / 1e3, micros.getValueAtPercentile(99) / 1e3);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f / %.1f", p50, p99);
    }
  }

  /** Accepted a second while some first attempts are refused, and while none are. */
  record Turns(double refusing, double prompt) {
    static @Nullable Turns of(Calls calls, Receivers.Behaviour behaviour) {
      return behaviour.inTurn().isZero()
          ? null
          : new Turns(
              calls.acceptedPerSecond(behaviour::refusesAt),
              calls.acceptedPerSecond(moment -> !behaviour.refusesAt(moment)));
    }
  }

  record Cpu(double homing, double postgres, double temporal, double redis, double load) {
    static Cpu of(CpuUsage spent, int units) {
      return new Cpu(
          each(spent.homing(), units),
          each(spent.postgres(), units),
          each(spent.temporal(), units),
          each(spent.redis(), units),
          each(spent.load(), units));
    }

    private static double each(Duration all, int units) {
      return all.toMillis() / (double) units;
    }

    private double all() {
      return homing + postgres + temporal + redis + load;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%.2f, %.2f, %.2f, %.2f, %.2f", homing, postgres, temporal, redis, load);
    }
  }

  /** Before it was measured, after the warm-up; and afterwards. */
  record Heap(double before, double after) {
    static Heap of(double bytesBefore, double bytesAfter) {
      return new Heap(bytesBefore / MEBI, bytesAfter / MEBI);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.0f / %.0f", before, after);
    }
  }

  /** The limits of the machine, measured just before. */
  record Beside(
      double pgbench, @Nullable Double floorPerSecond, @Nullable Percentiles bareAnswer) {}

  /**
   * How a JVM that has just started becomes fast.
   *
   * @param usedHeap bytes, without garbage, after its first calls
   */
  record Start(Duration ready, Calls first, double usedHeap) {

    @Nullable Double fastSeconds(Calls then) {
      double fast = 0.8 * then.acceptedPerSecond();
      List<Integer> seconds = first.inEachSecond();
      for (int i = 0; i < seconds.size(); i++) {
        if (seconds.get(i) >= fast) {
          return ready.toMillis() / 1e3 + i + 1;
        }
      }
      return null;
    }
  }

  static Figures of(
      Scenario scenario,
      Beside beside,
      Start start,
      Calls calls,
      Duration delivering,
      Receivers receivers,
      Tally tally,
      CpuUsage spent,
      double workflowsPerSecond,
      Nodes nodes) {
    int delivered = calls.accepted() * scenario.healthyReceivers();
    return new Figures(
        scenario.name(),
        scenario.load().words(),
        scenario.receivers(),
        beside.pgbench(),
        calls.acceptedPerSecond(),
        Turns.of(calls, scenario.behaviour()),
        Percentiles.of(calls.answers()),
        beside.bareAnswer(),
        delivered == 0 ? 0 : delivered / (delivering.toNanos() / 1e9),
        Percentiles.of(receivers.delays()),
        calls.accepted(),
        calls.refused(),
        tally.missing(scenario.behaviour().hanging()),
        tally.duplicates(),
        receivers.order().violations(),
        receivers.arrivals().mostInASecond(),
        receivers.arrivals().mostInFlight(),
        Cpu.of(spent, Math.max(delivered, calls.accepted())),
        spent.commits() / (double) calls.accepted(),
        spent.wal() / (double) calls.accepted(),
        beside.floorPerSecond(),
        workflowsPerSecond,
        spent.workflowCommits() / (double) calls.accepted(),
        Heap.of(start.usedHeap(), nodes.usedHeap()),
        routesRemembered(nodes),
        start.ready().toMillis() / 1e3,
        scenario.load() instanceof Load.Saturating ? start.fastSeconds(calls) : null);
  }

  private static double routesRemembered(Nodes nodes) {
    double hits = nodes.metric("homing_routes_total{cache=\"hit\"");
    return hits / (hits + nodes.metric("homing_routes_total{cache=\"miss\""));
  }

  void write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve(scenario + ".json"), JSON.writeValueAsBytes(this));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static String table(List<Figures> all) {
    return all.stream().map(Figures::line).collect(Collectors.joining("\n", HEAD, "\n"))
        + costOfOrder(all)
        + costOfRefusals(all);
  }

  /** Empty unless receivers that refuse in turn were measured. */
  private static String costOfRefusals(List<Figures> all) {
    return all.stream()
        .map(Figures::turns)
        .filter(Objects::nonNull)
        .map(
            turns ->
                String.format(
                    Locale.ROOT,
                    "%nAccepted a second: %.0f while some first attempts are refused, %.0f while"
                        + " none are: %.2f%n",
                    turns.refusing(),
                    turns.prompt(),
                    turns.refusing() / turns.prompt()))
        .collect(Collectors.joining());
  }

  /** Empty unless ordered and plain deliveries were measured. */
  private static String costOfOrder(List<Figures> all) {
    Map<String, Double> cpu =
        all.stream().collect(Collectors.toMap(Figures::scenario, each -> each.cpuMillis().all()));
    Double plain = cpu.get("one-64");
    Double ordered = cpu.get("ordered-64");
    return plain == null || ordered == null
        ? ""
        : String.format(
            Locale.ROOT,
            "%nCPU of all processes per delivery: ordered-64 %.2f ms, one-64 %.2f ms: %.2f ms"
                + " more%n",
            ordered,
            plain,
            ordered - plain);
  }

  private String line() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.0f | %.0f | %s | %s | %s | %.0f | %s | %s | %d | %d | %d | %d / %d | %s"
            + " | %.2f | %.0f | %s | %.0f | %.2f | %s | %.2f | %.0f | %s |",
        scenario,
        load,
        receivers,
        pgbench,
        acceptedPerSecond,
        ofPgbench(acceptedPerSecond),
        answer,
        bareAnswer == null ? "" : bareAnswer,
        deliveredPerSecond,
        ofPgbench(deliveredPerSecond),
        receipt,
        lost,
        duplicated,
        outOfOrder,
        mostInASecond,
        mostInFlight,
        cpuMillis,
        commits,
        walBytes,
        rounded(floorPerSecond),
        workflowsPerSecond,
        workflowCommits,
        heapMebibytes,
        routesRemembered,
        readySeconds,
        rounded(fastSeconds));
  }

  private static String rounded(@Nullable Double figure) {
    return figure == null ? "" : String.format(Locale.ROOT, "%.0f", figure);
  }

  private String ofPgbench(double perSecond) {
    return pgbench == 0 ? "" : String.format(Locale.ROOT, "%.2f", perSecond / pgbench);
  }
}
