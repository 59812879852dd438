package dev.homing.app.chaos;

import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.HomingProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Homing from its jar, which may be told to stop at a point of its code. */
final class Node extends HomingProcess {
  /** The timeout of an attempt. */
  static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final Path folder;
  private final List<String> options = new ArrayList<>();

  Node(String name, Path folder, RealParts parts) {
    super(name, folder, parts);
    this.folder = folder;
    set("INITIAL_RETRY_INTERVAL", "1s");
    set("WEBHOOK_TIMEOUT", TIMEOUT.toSeconds() + "s");
  }

  Node with(String setting, String value) {
    set(setting, value);
    return this;
  }

  Node withOption(String option) {
    options.add(option);
    return this;
  }

  @Override
  protected List<String> command(Map<String, String> settings) {
    return Application.shared(Rows.FOLDER.resolve("application"), settings).start(options);
  }

  /** The thread that comes there for the nth time stops, and all later ones. */
  Node stoppingAt(CrashPoint point, int nth) {
    return withOption(CrashAgent.option(CrashAgent.jar(folder), point, nth, reached()));
  }

  /** Arms the crash point. */
  void arm() {
    try {
      Files.createFile(CrashAgent.armed(reached()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Path reached() {
    return folder.resolve(name() + ".reached");
  }

  /** Waits until a thread stands at the crash point. */
  void awaitReached() {
    await("%s reaches its crash point".formatted(name()))
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(10))
        .failFast(() -> !isAlive())
        .until(() -> Files.exists(reached()));
  }
}
