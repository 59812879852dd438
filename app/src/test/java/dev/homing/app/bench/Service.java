package dev.homing.app.bench;

import static java.util.Objects.requireNonNull;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.HomingProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** More of them, to try them. */
  private static final List<String> MORE =
      Arrays.stream(System.getProperty("bench.options", "").split(" ", -1))
          .filter(option -> !option.isEmpty())
          .toList();

  private final Path recording;

  /**
   * @param recording where the JVM's flight recorder writes, if it is wanted
   */
  Service(Path folder, RealParts parts, Map<String, String> settings, Path recording) {
    super("homing", folder, parts);
    this.recording = recording;
    settings.forEach(this::set);
  }

  @Override
  protected List<String> command(Map<String, String> settings) {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
    command.addAll(OPTIONS);
    command.addAll(MORE);
    if (Boolean.getBoolean("bench.record")) {
      command.add("-XX:StartFlightRecording=settings=profile,filename=" + recording);
    }
    command.addAll(List.of("-jar", requireNonNull(System.getProperty("bench.jar"), "bench.jar")));
    return command;
  }
}
