package dev.homing.app.chaos;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.Port;
import dev.homing.app.development.RealParts;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.RunningHoming;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Homing from its jar, as a process that gets real signals; its ports stay the same. */
final class Node {
  /** The timeout of an attempt. */
  static final Duration TIMEOUT = Duration.ofSeconds(3);

  private static final int SIGKILLED = 128 + 9;
  private static final int SIGTERMED = 128 + 15;

  private final String name;
  private final Path folder;
  private final int port = Port.free();
  private final int managementPort = Port.free();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> settings = new HashMap<>();
  private @Nullable Process process;

  Node(String name, Path folder, RealParts parts) {
    this.name = name;
    this.folder = folder;
    settings.putAll(parts.settings());
    settings.putAll(
        Map.of(
            "HOMING_PORT",
            Integer.toString(port),
            "HOMING_MANAGEMENT_PORT",
            Integer.toString(managementPort),
            "HOMING_ENCRYPTION_KEYS",
            RunningHoming.ENCRYPTION_KEYS,
            "INITIAL_RETRY_INTERVAL",
            "1s",
            "WEBHOOK_TIMEOUT",
            TIMEOUT.toSeconds() + "s"));
  }

  Node with(String setting, String value) {
    settings.put(setting, value);
    return this;
  }

  Node withOption(String option) {
    options.add(option);
    return this;
  }

  /** The thread that comes there for the nth time stops, and all later ones. */
  Node stoppingAt(CrashPoint point, int nth) {
    return withOption(CrashAgent.option(CrashAgent.jar(folder), point, nth, reached()));
  }

  /** From now on the crash point counts. */
  void arm() {
    try {
      Files.createFile(CrashAgent.armed(reached()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Path reached() {
    return folder.resolve(name + ".reached");
  }

  /** Returns at once. */
  void launch() {
    Application application = Application.shared(Rows.FOLDER.resolve("application"), settings);
    ProcessBuilder builder =
        new ProcessBuilder(application.command(options))
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

  /** Until it accepts, and works with Temporal. */
  void awaitReady() {
    await(name)
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(250))
        .ignoreExceptions()
        .failFast(() -> !process().isAlive())
        .until(() -> isReady() && health().equals("UP"));
  }

  /** Whether a load balancer would send it calls. */
  boolean isReady() {
    try {
      return management().get("/actuator/health/readiness").status() == 200;
    } catch (UncheckedIOException gone) {
      return false;
    }
  }

  private String health() {
    return Api.text(management().get("/actuator/health").json(), "status");
  }

  /** Until a thread stands at the crash point. */
  void awaitReached() {
    await("%s reaches its crash point".formatted(name))
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(10))
        .failFast(() -> !process().isAlive())
        .until(() -> Files.exists(reached()));
  }

  /** {@code kill -9}. */
  void kill() {
    assertThat(ended(process().destroyForcibly())).as("%s was killed", name).isEqualTo(SIGKILLED);
  }

  /** {@code kill -STOP}: it does nothing, and its connections stay open. */
  void freeze() {
    signal("-STOP");
  }

  /** {@code kill -CONT}: it goes on, not knowing that time has passed. */
  void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", signal, Long.toString(process().pid())).start();
      assertThat(kill.waitFor()).as("kill %s", signal).isZero();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** {@code kill}: asks it to end. */
  void terminate() {
    process().destroy();
  }

  /** After {@link #terminate()}. */
  void awaitEnd() {
    assertThat(ended(process())).as("%s ends in good order", name).isEqualTo(SIGTERMED);
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

  /** At the end, whatever it is doing. */
  void discard() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  String name() {
    return name;
  }

  Api api() {
    return new Api(uri());
  }

  Api management() {
    return new Api(URI.create("http://127.0.0.1:" + managementPort));
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** A metric, added up over its labels; not there: 0. */
  double metric(String name) {
    return management()
        .get("/actuator/prometheus")
        .expect(200)
        .text()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** In bytes, of what is not garbage. */
  double usedHeap() {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      int status =
          new ProcessBuilder(jcmd.toString(), Long.toString(process().pid()), "GC.run")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      assertThat(status).isZero();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return metric("jvm_memory_used_bytes{area=\"heap\"");
  }

  Path log() {
    return folder.resolve(name + ".log");
  }

  /** The lines of its log that hold the text. */
  List<String> logged(String text) {
    try (var lines = Files.lines(log())) {
      return lines.filter(line -> line.contains(text)).toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Process process() {
    return requireNonNull(process, "not started");
  }
}
