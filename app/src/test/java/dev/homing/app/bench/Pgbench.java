package dev.homing.app.bench;

import dev.homing.app.development.PostgresPart;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Measures the machine and its disk with PostgreSQL's own benchmark, where it is installed. */
final class Pgbench {
  private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

  private Pgbench() {}

  /** Transactions each second of {@code -N -c 16 -j 2}, scale 10; 0: there is no pgbench here. */
  static double run(PostgresPart postgres, Duration time) {
    if (!isInstalled()) {
      return 0;
    }
    String url = postgres.database("pgbench");
    run(url, "-q", "-i", "-s", "10");
    String output =
        run(url, "-N", "-c", "16", "-j", "2", "-T", Long.toString(Math.max(1, time.toSeconds())));
    Matcher rate = RATE.matcher(output);
    if (!rate.find()) {
      throw new IllegalStateException(output);
    }
    return Double.parseDouble(rate.group(1));
  }

  private static boolean isInstalled() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "pgbench")));
  }

  private static String run(String url, String... options) {
    List<String> command = new ArrayList<>(List.of("pgbench"));
    command.addAll(List.of(options));
    command.add(url);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(output);
      }
      return output;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}
