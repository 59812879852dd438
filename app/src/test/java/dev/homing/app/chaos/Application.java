package dev.homing.app.chaos;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * Homing's jar, unpacked as its image has it, and an archive of the classes that a start loads: a
 * start then takes half the time, and the suite makes hundreds.
 */
final class Application {
  private static final String JAVA = ProcessHandle.current().info().command().orElseThrow();
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx384m",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static @Nullable Application shared;

  private final Path jar;
  private final Path archive;

  private Application(Path folder, Map<String, String> settings)
      throws IOException, InterruptedException {
    FileSystemUtils.deleteRecursively(folder);
    Files.createDirectories(folder);
    Path built = Path.of(requireNonNull(System.getProperty("chaos.jar"), "chaos.jar"));
    this.jar = folder.resolve("app").resolve(built.getFileName());
    this.archive = folder.resolve("classes.jsa");
    run(
        folder,
        Map.of(),
        List.of("-Djarmode=tools", "-jar", built.toString(), "extract", "--destination", "app"));
    run(
        folder,
        settings,
        Stream.of(
                OPTIONS,
                List.of("-XX:ArchiveClassesAtExit=" + archive),
                List.of("-Dspring.context.exit=onRefresh", "-jar", jar.toString()))
            .flatMap(List::stream)
            .toList());
  }

  /** The one that all worlds share; the first who asks lends it a database for a moment. */
  static synchronized Application shared(Path folder, Map<String, String> settings) {
    if (shared == null) {
      try {
        shared = new Application(folder, settings);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(stopped);
      }
    }
    return shared;
  }

  private static void run(Path folder, Map<String, String> settings, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(JAVA));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("application.log").toFile());
    builder.environment().putAll(settings);
    assertThat(builder.start().waitFor()).as("see %s", folder).isZero();
  }

  /** To start it with more options. */
  List<String> command(List<String> more) {
    List<String> command = new ArrayList<>(List.of(JAVA));
    command.addAll(OPTIONS);
    command.add("-XX:SharedArchiveFile=" + archive);
    command.addAll(more);
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }
}
