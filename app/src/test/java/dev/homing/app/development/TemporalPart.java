package dev.homing.app.development;

import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Temporal dev server, its data in {@code temporal.db} of the folder, or in memory: then
 * they are gone once it stops.
 */
public final class TemporalPart extends Part {
  private static final String NAME = "temporal";

  /** By default the dev server reads the search attributes with each workflow: half its reads. */
  private static final String CACHED_SEARCH_ATTRIBUTES =
      "system.forceSearchAttributesCacheRefreshOnRead=false";

  private final Path executable = TemporalExecutable.ofThisMachine().find();
  private final int uiPort;
  private final int metricsPort = Port.free();
  private final boolean inMemory;

  /** Finds the executable, which may take a download. */
  TemporalPart(Path dir, int port, int uiPort) {
    this(dir, port, uiPort, false);
  }

  private TemporalPart(Path dir, int port, int uiPort, boolean inMemory) {
    super(dir, port);
    this.uiPort = uiPort;
    this.inMemory = inMemory;
  }

  /** One that writes nothing to disk, and so has less work with each workflow; not started yet. */
  static TemporalPart inMemory(Path dir) {
    return new TemporalPart(dir, Port.free(), 0, true);
  }

  /** On a free port, without the Web UI. */
  public static TemporalPart start(Path dir) {
    return start(dir, Port.free(), 0);
  }

  /** Port 0 of the Web UI is none. */
  public static TemporalPart start(Path dir, int port, int uiPort) {
    TemporalPart temporal = new TemporalPart(dir, port, uiPort);
    temporal.start();
    return temporal;
  }

  @Override
  public String setting() {
    return "TEMPORAL_ADDRESS";
  }

  @Override
  public String url() {
    return "127.0.0.1:" + port;
  }

  /**
   * Runs the CLI against this server, as a person would, and returns what it prints.
   *
   * @throws IllegalStateException with what it prints to stderr, when it fails
   */
  public String cli(String... args) {
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    command.addAll(List.of(args));
    command.addAll(List.of("--address", url()));
    try {
      Path errors = Files.createTempFile("temporal", ".err");
      try {
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
          throw new IllegalStateException(
              "%s: %s%s".formatted(String.join(" ", command), Files.readString(errors), output));
        }
        return output;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** For a shell: from then on its {@code temporal} is this one's CLI, and asks this server. */
  String alias() {
    return "alias temporal='TEMPORAL_ADDRESS=%s \"%s\"'".formatted(url(), executable);
  }

  /** Makes a namespace, where a Homing on this server takes no tasks of another one. */
  public String namespace(String name) {
    cli("operator", "namespace", "create", "--namespace", name);
    return name;
  }

  /** Has its metrics at {@code /metrics}, in Prometheus' format. */
  public URI metrics() {
    return URI.create("http://127.0.0.1:" + metricsPort);
  }

  /** The file that holds its data. */
  public Path data() {
    return dir.resolve("temporal.db");
  }

  @Override
  void stopLeftover() {
    stopLeftover(dir);
  }

  static void stopLeftover(Path dir) {
    PartProcess.stopLeftover(NAME, dir);
  }

  @Override
  PartProcess launch() {
    List<String> command =
        new ArrayList<>(
            List.of(
                executable.toString(),
                "server",
                "start-dev",
                "--ip",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--metrics-port",
                Integer.toString(metricsPort)));
    command.addAll(
        inMemory
            ? List.of("--dynamic-config-value", CACHED_SEARCH_ATTRIBUTES)
            : List.of("--db-filename", data().toString()));
    command.addAll(
        uiPort == 0 ? List.of("--headless") : List.of("--ui-port", Integer.toString(uiPort)));
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(url()).build());
    try {
      PartProcess process = PartProcess.start(NAME, dir, command);
      process.awaitReady(
          () ->
              stubs
                  .blockingStub()
                  .withDeadlineAfter(2, TimeUnit.SECONDS)
                  .describeNamespace(
                      DescribeNamespaceRequest.newBuilder().setNamespace("default").build())
                  .hasNamespaceInfo());
      return process;
    } finally {
      stubs.shutdownNow();
    }
  }
}
