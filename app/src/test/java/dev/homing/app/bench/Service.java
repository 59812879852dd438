package dev.homing.app.bench;

import static java.util.Objects.requireNonNull;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.HomingProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Homing from its jar, started as its image starts it. */
final class Service extends HomingProcess {
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx1g",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  Service(Path folder, RealParts parts) {
    super("homing", folder, parts);
  }

  @Override
  protected List<String> command(Map<String, String> settings) {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
    command.addAll(OPTIONS);
    command.addAll(List.of("-jar", requireNonNull(System.getProperty("bench.jar"), "bench.jar")));
    return command;
  }
}
