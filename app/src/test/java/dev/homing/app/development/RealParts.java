package dev.homing.app.development;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** PostgreSQL, Redis and Temporal, for tests on the real thing. */
public record RealParts(PostgresPart postgres, RedisPart redis, TemporalPart temporal)
    implements AutoCloseable {
  private static @Nullable RealParts shared;

  /**
   * The parts that all tests of this JVM share: started for the first who asks, stopped at the
   * JVM's end, after Spring's contexts. Whoever stops, kills or pauses a part needs its own.
   */
  public static synchronized RealParts shared() {
    RealParts parts = shared;
    if (parts == null) {
      Path all =
          Path.of(
              System.getProperty("java.io.tmpdir"),
              "homing-parts-" + System.getProperty("user.name"));
      stopLeftovers(all);
      Path dir = all.resolve(KnownProcess.of(ProcessHandle.current()).write());
      // With its data on disk, Temporal is too slow while tests of four classes use it.
      RealParts started = start(dir, TemporalPart.inMemory(dir));
      AtTheEnd.run(
          () -> {
            started.inOrder().forEach(Part::end);
            delete(dir);
          });
      parts = started;
      shared = parts;
    }
    return parts;
  }

  /** Starts all three, on free ports, with their data in the folder. */
  public static RealParts start(Path dir) {
    return start(dir, new TemporalPart(dir, Port.free(), 0));
  }

  private static RealParts start(Path dir, TemporalPart temporal) {
    RealParts parts =
        new RealParts(
            new PostgresPart(dir, Port.free()), new RedisPart(dir, Port.free()), temporal);
    startTogether(parts.inOrder());
    return parts;
  }

  /** By which Homing finds them. */
  public Map<String, String> settings() {
    return inOrder().stream().collect(Collectors.toMap(Part::setting, Part::url));
  }

  /** Returns when all of them answer; when one fails, none is left running. */
  static void startTogether(List<? extends Part> parts) {
    try {
      together(parts, Part::start);
    } catch (RuntimeException failed) {
      together(parts, Part::stop);
      throw failed;
    }
  }

  /** Stops what the killed JVMs left running whose folders are in this one. */
  static void stopLeftovers(Path all) {
    if (!Files.isDirectory(all)) {
      return;
    }
    try (Stream<Path> dirs = Files.list(all)) {
      dirs.filter(dir -> KnownProcess.read(dir.getFileName().toString()).isPresent())
          .filter(
              dir ->
                  KnownProcess.read(dir.getFileName().toString())
                      .flatMap(KnownProcess::running)
                      .isEmpty())
          .forEach(
              dir -> {
                stopLeftover(dir);
                delete(dir);
              });
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static void stopLeftover(Path dir) {
    TemporalPart.stopLeftover(dir);
    RedisPart.stopLeftover(dir);
    PostgresPart.stopLeftover(dir);
  }

  @Override
  public void close() {
    together(inOrder(), Part::stop);
  }

  private List<Part> inOrder() {
    return List.of(postgres, redis, temporal);
  }

  private static void together(List<? extends Part> parts, Consumer<Part> act) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<? extends Future<?>> all =
          parts.stream().map(part -> threads.submit(() -> act.accept(part))).toList();
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private static void delete(Path dir) {
    try {
      FileSystemUtils.deleteRecursively(dir);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
