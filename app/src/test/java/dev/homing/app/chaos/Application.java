package dev.homing.app.chaos;

import dev.homing.app.journey.BuiltJar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Homing's jar, unpacked as its image has it, and an archive of the classes that a start loads: a
 * start then takes half the time, and the suite makes hundreds.
 */
final class Application {
  private static final List<String> OPTIONS =
      List.of(
          "-Xmx384m",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static @Nullable Application shared;

  private final BuiltJar jar;
  private final Path archive;

  private Application(Path folder, Map<String, String> settings) throws IOException {
    this.jar = BuiltJar.unpackInto(folder);
    this.archive = folder.resolve("classes.jsa");
    jar.run(
        settings,
        command(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Dspring.context.exit=onRefresh")));
  }

  /** The one that all worlds share; its first user lends it a database for a moment. */
  static synchronized Application shared(Path folder, Map<String, String> settings) {
    if (shared == null) {
      try {
        shared = new Application(folder, settings);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
    return shared;
  }

  /** The command that starts it quickly, with more options. */
  List<String> start(List<String> more) {
    return command(
        Stream.concat(Stream.of("-XX:SharedArchiveFile=" + archive), more.stream()).toList());
  }

  private List<String> command(List<String> more) {
    return Stream.of(List.of(BuiltJar.JAVA), OPTIONS, more, List.of("-jar", jar.path().toString()))
        .flatMap(List::stream)
        .toList();
  }
}
