package dev.homing.app.development;

import static java.time.Duration.ZERO;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/** A process by what tells it from every other: its pid and when it began. */
record KnownProcess(long pid, Instant startedAt) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration TICK = Duration.ofMillis(20);

  /** Where the platform does not tell when a process began, nothing will match it later. */
  static KnownProcess of(ProcessHandle process) {
    return new KnownProcess(process.pid(), process.info().startInstant().orElse(Instant.EPOCH));
  }

  static Optional<KnownProcess> read(String text) {
    String[] words = text.strip().split("-", -1);
    try {
      return words.length == 2
          ? Optional.of(
              new KnownProcess(
                  Long.parseLong(words[0]), Instant.ofEpochMilli(Long.parseLong(words[1]))))
          : Optional.empty();
    } catch (NumberFormatException notOurs) {
      return Optional.empty();
    }
  }

  String write() {
    return pid + "-" + startedAt.toEpochMilli();
  }

  /** Empty when it has ended, also when a stranger has its pid by now. */
  Optional<ProcessHandle> running() {
    return ProcessHandle.of(pid)
        .filter(KnownProcess::isRunning)
        .filter(process -> process.info().startInstant().filter(this::isMyStart).isPresent());
  }

  // The system derives it from the boot time, which a clock being set can move a little.
  private boolean isMyStart(Instant start) {
    return Duration.between(startedAt, start).abs().compareTo(Duration.ofSeconds(5)) <= 0;
  }

  /** Asks it to end, and after ten seconds ends it with all below it. */
  static void stop(ProcessHandle process) {
    process.destroy();
    if (!hasEnded(process)) {
      kill(process);
    }
  }

  static void kill(ProcessHandle process) {
    List<ProcessHandle> all = withDescendants(process);
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(KnownProcess::hasEnded);
  }

  /** Itself first. */
  static List<ProcessHandle> withDescendants(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants()).toList();
  }

  private static boolean hasEnded(ProcessHandle process) {
    try {
      await().atMost(PATIENCE).pollDelay(ZERO).pollInterval(TICK).until(() -> !isRunning(process));
      return true;
    } catch (ConditionTimeoutException stillThere) {
      return false;
    }
  }

  /** A zombie, which the first process of a container may never bury, has no command any more. */
  private static boolean isRunning(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }
}
