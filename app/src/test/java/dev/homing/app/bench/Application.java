package dev.homing.app.bench;

import dev.homing.app.development.RealParts;
import dev.homing.app.journey.BuiltJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Homing's jar, unpacked as its image has it and, if that is asked for, with an AOT cache. */
final class Application {
  /** The AOT cache of classes, method profiles and other start-up data (JEP 483, 514 and 515). */
  private static final boolean TRAINED = Boolean.getBoolean("bench.aot");

  private static final int CONNECTIONS = 64;

  private final BuiltJar jar;
  private @Nullable Path cache;

  Application(Path folder) throws IOException {
    this.jar = BuiltJar.unpackInto(folder);
  }

  /** The command that starts it with these options of the JVM. */
  List<String> command(List<String> options) {
    return Stream.of(
            List.of(BuiltJar.JAVA),
            options,
            cache == null ? List.<String>of() : List.of("-XX:AOTCache=" + cache),
            List.of("-jar", jar.path().toString()))
        .flatMap(List::stream)
        .toList();
  }

  /** Runs a node under load for a while, and stores what its JVM has learnt. */
  void train(Path folder, Duration time) throws IOException {
    if (!TRAINED) {
      return;
    }
    Path learnt = folder.resolve("homing.aot");
    Files.createDirectories(folder);
    try (RealParts parts = RealParts.start(folder)) {
      Tally tally = new Tally(1);
      Service service =
          new Service(
              "homing", this, folder, parts, Map.of(), List.of("-XX:AOTCacheOutput=" + learnt));
      try (Receivers receivers = new Receivers(Receivers.Behaviour.PROMPT, tally)) {
        service.launch();
        service.awaitHealthy();
        service.subscribe(receivers.url(0), "bench.training");
        var unused =
            new Callers(List.of(service.uri()), "bench.training", 1_024, 0, tally, null)
                .call(CONNECTIONS, 0, time);
        service.terminate();
        jar.awaitExit(service.process(), 143);
      } finally {
        service.discard();
      }
    }
    cache = learnt;
  }
}
