package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.Homing;
import dev.homing.app.development.Port;
import dev.homing.app.development.RealParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Homing as a process of its own, which can be killed and started again; ports stay the same. */
final class HomingProcess {
  private final ProcessBuilder command;
  private final int port = Port.free();
  private final int managementPort = Port.free();
  private Process process;

  private HomingProcess(RealParts parts, Path log) {
    command =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Homing.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    command.environment().putAll(parts.settings());
    command
        .environment()
        .putAll(
            Map.of(
                "HOMING_PORT",
                Integer.toString(port),
                "HOMING_MANAGEMENT_PORT",
                Integer.toString(managementPort),
                "HOMING_ENCRYPTION_KEYS",
                RunningHoming.ENCRYPTION_KEYS,
                "HOMING_DRAIN_DELAY",
                "2s",
                "WEBHOOK_TIMEOUT",
                "2s"));
    process = launched();
  }

  /** On these parts, writing to the log, ready. */
  static HomingProcess start(RealParts parts, Path log) {
    HomingProcess homing = new HomingProcess(parts, log);
    homing.awaitReady();
    return homing;
  }

  private Process launched() {
    try {
      return command.start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  void awaitReady() {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .failFast(() -> !process.isAlive())
        .until(() -> management().get("/actuator/health/readiness").status() == 200);
  }

  Api api() {
    return new Api(URI.create("http://127.0.0.1:" + port));
  }

  Api management() {
    return new Api(URI.create("http://127.0.0.1:" + managementPort));
  }

  /** Like {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Again, after {@link #kill()}. */
  void startAgain() {
    launchAgain();
    awaitReady();
  }

  /** Again, not waiting for anything. */
  void launchAgain() {
    process = launched();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks it to end, like {@code kill}. */
  void terminate() {
    process.destroy();
  }

  /** In good order. */
  void stop() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(Duration.ofSeconds(60))).as("ends in good order").isTrue();
  }
}
