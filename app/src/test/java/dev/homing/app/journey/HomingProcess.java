package dev.homing.app.journey;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.development.Port;
import dev.homing.app.development.RealParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Homing as a separate process, for real signals; its ports stay the same. */
public abstract class HomingProcess {
  private static final int SIGKILLED = 128 + 9;
  private static final int SIGTERMED = 128 + 15;

  private final String name;
  private final Path folder;
  private final int port = Port.free();
  private final int managementPort = Port.free();
  private final Map<String, String> settings = new HashMap<>();
  private @Nullable Process process;

  /** On these parts; logs and works in the folder. */
  protected HomingProcess(String name, Path folder, RealParts parts) {
    this.name = name;
    this.folder = folder;
    settings.putAll(parts.settings());
    settings.putAll(
        Map.of(
            "HOMING_PORT", Integer.toString(port),
            "HOMING_MANAGEMENT_PORT", Integer.toString(managementPort),
            "HOMING_ENCRYPTION_KEYS", RunningHoming.ENCRYPTION_KEYS));
  }

  /** The command that starts it, with these settings in its environment. */
  protected abstract List<String> command(Map<String, String> settings);

  /** Applies from the next start. */
  protected final void set(String setting, String value) {
    settings.put(setting, value);
  }

  /** Starts it and returns at once. */
  public final void launch() {
    ProcessBuilder builder =
        new ProcessBuilder(command(settings))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().putAll(settings);
    try {
      process = builder.start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Waits until it accepts. */
  public final void awaitReady() {
    await("%s is ready".formatted(name), this::isReady);
  }

  /** Waits until it accepts and is connected to all its parts. */
  public final void awaitHealthy() {
    await("%s is healthy".formatted(name), () -> isReady() && health().equals("UP"));
  }

  private void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(250))
        .ignoreExceptions()
        .failFast(() -> !process().isAlive())
        .until(condition);
  }

  /** Whether it is ready for a load balancer. */
  public final boolean isReady() {
    try {
      return management().get("/actuator/health/readiness").status() == 200;
    } catch (UncheckedIOException gone) {
      return false;
    }
  }

  /** Its health, as it reports it. */
  public final String health() {
    return Api.text(management().get("/actuator/health").json(), "status");
  }

  /** {@code kill -9}. */
  public final void kill() {
    assertThat(ended(process().destroyForcibly())).as("%s was killed", name).isEqualTo(SIGKILLED);
  }

  /** {@code kill}: asks it to stop. */
  public final void terminate() {
    process().destroy();
  }

  /** Waits for the end after {@link #terminate()}. */
  public final void awaitEnd() {
    assertThat(ended(process())).as("%s ends in good order", name).isEqualTo(SIGTERMED);
  }

  /** Stops it in good order. */
  public final void stop() {
    terminate();
    awaitEnd();
  }

  private static int ended(Process process) {
    try {
      assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("ends within 40 s").isTrue();
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** {@code kill -STOP}: freezes it, with its connections open. */
  public final void freeze() {
    run("kill", "-STOP", pid());
  }

  /** {@code kill -CONT}: lets it continue, unaware that time has passed. */
  public final void thaw() {
    run("kill", "-CONT", pid());
  }

  private static void run(String... command) {
    try {
      Process run =
          new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      assertThat(run.waitFor()).as(String.join(" ", command)).isZero();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private String pid() {
    return Long.toString(process().pid());
  }

  /** Ends it in any state. */
  public final void discard() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  public final boolean isAlive() {
    return process != null && process.isAlive();
  }

  public final String name() {
    return name;
  }

  public final Api api() {
    return new Api(uri());
  }

  public final Api management() {
    return new Api(URI.create("http://127.0.0.1:" + managementPort));
  }

  public final URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The sum of a metric over its labels; 0 if it is missing. */
  public final double metric(String metric) {
    return management()
        .get("/actuator/prometheus")
        .expect(200)
        .text()
        .lines()
        .filter(line -> line.startsWith(metric))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The live heap, in bytes. */
  public final double usedHeap() {
    run(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), pid(), "GC.run");
    return metric("jvm_memory_used_bytes{area=\"heap\"");
  }

  public final Path log() {
    return folder.resolve(name + ".log");
  }

  /** The lines of its log that contain the text. */
  public final List<String> logged(String text) {
    try (var lines = Files.lines(log())) {
      return lines.filter(line -> line.contains(text)).toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public final Process process() {
    return requireNonNull(process, "not started");
  }
}
