package dev.homing.app.bench;

import static org.awaitility.Awaitility.await;

import dev.homing.app.development.Port;
import dev.homing.app.journey.Api;
import dev.homing.app.journey.BuiltJar;
import dev.homing.bare.BareStack;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The HTTP stack without Homing, in a JVM of its own with the same options. */
final class Bare {
  private Bare() {}

  /** Measures calls that it answers at once, when it is as warm as Homing. */
  static Callers.Calls run(Scenario scenario, Path folder, Duration warmUp, Duration time)
      throws IOException {
    int port = Port.free();
    URI uri = URI.create("http://127.0.0.1:" + port);
    List<String> command = new ArrayList<>(List.of(BuiltJar.JAVA));
    command.addAll(Service.OPTIONS);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BareStack.class.getName(),
            "--server.port=" + port));
    Process stack =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("bare.log").toFile())
            .start();
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreException(ConnectException.class)
          .until(() -> post(uri.resolve("/webhooks/bench.bare")) == 202);
      Callers callers =
          new Callers(
              List.of(uri), scenario.eventType(), scenario.payload(), 0, new Tally(0), null);
      var unused = scenario.load().warmUp(callers, warmUp);
      return scenario.load().put(callers, time);
    } finally {
      stack.destroyForcibly();
    }
  }

  /** Not by {@link Api}, which would hold the answer to the document of Homing's API. */
  private static int post(URI uri) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString("{}")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.discarding()).statusCode();
    }
  }
}
