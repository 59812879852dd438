package dev.homing.app.development;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/**
 * The process of a part: its output in {@code name.log} and its pid in {@code name.pid}, beside its
 * data.
 */
final class PartProcess {
  private final String name;
  private final Path dir;
  private final ProcessHandle process;

  private PartProcess(String name, Path dir, ProcessHandle process) {
    this.name = name;
    this.dir = dir;
    this.process = process;
  }

  /** Starts the command in the folder, in its own session where there is {@code setsid}. */
  static PartProcess start(String name, Path dir, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(inOwnSession(command))
              .directory(dir.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(nothing()))
              .redirectErrorStream(true)
              .redirectOutput(log(dir, name).toFile())
              .start();
      return record(name, dir, process.toHandle());
    } catch (IOException failed) {
      throw new PartFailed(
          "%s cannot be started: %s.".formatted(name, failed.getMessage()), failed);
    }
  }

  /** Takes over a process that something else has started. */
  static PartProcess record(String name, Path dir, ProcessHandle process) {
    try {
      Files.writeString(pidFile(dir, name), KnownProcess.of(process).write() + "\n");
    } catch (IOException failed) {
      KnownProcess.kill(process);
      throw new UncheckedIOException(failed);
    }
    return new PartProcess(name, dir, process);
  }

  /** Stops what a killed JVM left running, if it is still the process that was written down. */
  static void stopLeftover(String name, Path dir) {
    Path pidFile = pidFile(dir, name);
    try {
      if (Files.exists(pidFile)) {
        KnownProcess.read(Files.readString(pidFile))
            .flatMap(KnownProcess::running)
            .ifPresent(KnownProcess::stop);
        Files.deleteIfExists(pidFile);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Waits until the part answers; its end, or a minute without an answer, is a failure. */
  void awaitReady(Callable<Boolean> answers) {
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(50))
          .ignoreExceptions()
          .failFast(() -> !process.isAlive())
          .until(answers);
    } catch (TerminalFailureException ended) {
      throw failed("ended at once", ended);
    } catch (ConditionTimeoutException silent) {
      kill();
      throw failed("did not answer within a minute", silent);
    } catch (RuntimeException failed) {
      kill();
      throw failed;
    }
  }

  void stop() {
    KnownProcess.stop(process);
    forget();
  }

  void kill() {
    KnownProcess.kill(process);
    forget();
  }

  void pause() {
    signal("-STOP");
  }

  void resume() {
    signal("-CONT");
  }

  Duration cpu() {
    return KnownProcess.withDescendants(process).stream()
        .flatMap(each -> each.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private void signal(String signal) {
    Stream<String> pids =
        KnownProcess.withDescendants(process).stream().map(each -> Long.toString(each.pid()));
    try {
      int status =
          new ProcessBuilder(Stream.concat(Stream.of("kill", signal), pids).toList())
              .inheritIO()
              .start()
              .waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill %s of %s: status %d".formatted(signal, name, status));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private void forget() {
    try {
      Files.deleteIfExists(pidFile(dir, name));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private PartFailed failed(String how, Throwable cause) {
    return new PartFailed(
        "%s %s (last line of %s: %s).".formatted(name, how, log(dir, name), lastLine()), cause);
  }

  private String lastLine() {
    try (Stream<String> lines = Files.lines(log(dir, name))) {
      return lines.filter(line -> !line.isBlank()).reduce("nothing", (before, line) -> line);
    } catch (IOException | UncheckedIOException unreadable) {
      return "unreadable";
    }
  }

  static Path log(Path dir, String name) {
    return dir.resolve(name + ".log");
  }

  private static Path pidFile(Path dir, String name) {
    return dir.resolve(name + ".pid");
  }

  private static List<String> inOwnSession(List<String> command) {
    return onPath("setsid")
        ? Stream.concat(Stream.of("setsid"), command.stream()).toList()
        : command;
  }

  private static boolean onPath(String executable) {
    String path = System.getenv("PATH");
    return path != null
        && Stream.of(path.split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, executable)));
  }

  private static File nothing() {
    return new File(File.separatorChar == '/' ? "/dev/null" : "NUL");
  }
}
