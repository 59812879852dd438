package dev.homing.app.journey;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/** Homing's jar, unpacked as in its image, with the JVM that runs the tests. */
public final class BuiltJar {
  public static final String JAVA = ProcessHandle.current().info().command().orElseThrow();

  private final Path folder;
  private final Path jar;

  private BuiltJar(Path folder, Path jar) {
    this.folder = folder;
    this.jar = jar;
  }

  /** Unpacks the jar into a folder, which is emptied first. */
  public static BuiltJar unpackInto(Path folder) throws IOException {
    FileSystemUtils.deleteRecursively(folder);
    Files.createDirectories(folder);
    Path built = Path.of(requireNonNull(System.getProperty("homing.jar"), "homing.jar"));
    BuiltJar unpacked = new BuiltJar(folder, folder.resolve("app").resolve(built.getFileName()));
    unpacked.run(
        Map.of(),
        List.of(
            JAVA, "-Djarmode=tools", "-jar", built.toString(), "extract", "--destination", "app"));
    return unpacked;
  }

  public Path path() {
    return jar;
  }

  /** Runs a command in the folder; it must succeed. */
  public void run(Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("application.log").toFile());
    builder.environment().putAll(environment);
    awaitExit(builder.start(), 0);
  }

  /** Fails unless the process ends with this status, within some minutes. */
  public void awaitExit(Process process, int status) {
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("see %s", folder).isTrue();
      assertThat(process.exitValue()).as("see %s", folder).isEqualTo(status);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}
