package dev.homing.app.journey;

import dev.homing.app.Homing;
import dev.homing.app.development.RealParts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Homing as a process on this JVM's class path, without a jar. */
final class ClassesProcess extends HomingProcess {
  private ClassesProcess(Path folder, RealParts parts, Map<String, String> settings) {
    super("homing", folder, parts);
    settings.forEach(this::set);
    set("HOMING_DRAIN_DELAY", "2s");
    set("WEBHOOK_TIMEOUT", "2s");
  }

  /** Starts it, and waits until it is ready. */
  static HomingProcess start(Path folder, RealParts parts) {
    return start(folder, parts, Map.of());
  }

  /** Starts it with these settings, by the names of their variables. */
  static HomingProcess start(Path folder, RealParts parts, Map<String, String> settings) {
    HomingProcess homing = new ClassesProcess(folder, parts, settings);
    homing.launch();
    homing.awaitReady();
    return homing;
  }

  @Override
  protected List<String> command(Map<String, String> settings) {
    return List.of(
        ProcessHandle.current().info().command().orElseThrow(),
        "-Xmx512m",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        Homing.class.getName());
  }
}
