package dev.homing.app.bench;

import dev.homing.app.development.TemporalPart;
import dev.homing.app.journey.Api;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The Temporal that Homing works with while it is measured. */
interface Temporal {
  /** Host and port. */
  String address();

  /** The CPU time of its processes, including its database if it has its own. */
  Duration cpu();

  /** Where its metrics are; null: nowhere. */
  @Nullable URI metrics();

  /** The dev server or, with {@code bench.temporal.address}, one that is already running. */
  static Temporal of(TemporalPart devServer) {
    String address = System.getProperty("bench.temporal.address");
    return address == null ? new DevServer(devServer) : new Running(address);
  }

  /** Transactions that create or update a workflow; zero while it does not run. */
  default long workflowCommits() {
    URI metrics = metrics();
    if (metrics == null) {
      return 0;
    }
    return (long)
        new Api(metrics)
            .get("/metrics")
            .expect(200)
            .text()
            .lines()
            .filter(line -> line.startsWith("persistence_requests{"))
            .filter(
                line ->
                    line.contains("operation=\"CreateWorkflowExecution\"")
                        || line.contains("operation=\"UpdateWorkflowExecution\""))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
  }

  /** Ours, which keeps its workflows in SQLite. */
  record DevServer(TemporalPart part) implements Temporal {
    @Override
    public String address() {
      return part.url();
    }

    @Override
    public Duration cpu() {
      return part.cpu();
    }

    @Override
    public @Nullable URI metrics() {
      return part.cpu().isZero() ? null : part.metrics();
    }
  }

  /**
   * Somebody's. {@code bench.temporal.pids} are its processes, with their children; {@code
   * bench.temporal.metrics} is the root of its {@code /metrics}.
   */
  record Running(String address) implements Temporal {
    @Override
    public Duration cpu() {
      return Arrays.stream(System.getProperty("bench.temporal.pids", "").split(",", -1))
          .filter(pid -> !pid.isEmpty())
          .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
          .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
          .flatMap(process -> process.info().totalCpuDuration().stream())
          .reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public @Nullable URI metrics() {
      String root = System.getProperty("bench.temporal.metrics");
      return root == null ? null : URI.create(root);
    }
  }
}
