package dev.homing.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.development.Port;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL whose data is on a small file system in memory, which can get full.
 *
 * <p>The file system exists in a user and mount namespace only, so neither root nor the machine's
 * disk is needed. Where the system refuses such namespaces, starting it fails.
 */
final class SmallDisk implements AutoCloseable {
  private static final String SIZE = "200m";

  private final int port = Port.free();
  private final Path folder;
  private final Path programs;
  private final Path disk;
  private final Process namespace;
  private @Nullable Process postgres;

  private SmallDisk(Path folder, Path programs) throws IOException {
    this.folder = folder;
    this.programs = programs;
    this.disk = Files.createDirectories(folder.resolve("disk"));
    String mount = "mount -t tmpfs -o size=%s tmpfs %s".formatted(SIZE, disk);
    this.namespace =
        run("namespace", List.of("unshare", "-rm", "sh", "-c", mount + " && exec sleep 86400"));
  }

  /** Starts one with an empty database for Homing; {@code programs} holds the binaries. */
  static SmallDisk start(Path folder, Path programs) {
    try {
      SmallDisk small = new SmallDisk(folder, programs);
      World.until(
          "not run: the system refuses a file system in a namespace",
          Duration.ofSeconds(10),
          () -> small.end(small.inside("mountpoint", "-q", small.disk.toString())) == 0);
      small.initialize();
      small.start();
      return small;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void initialize() {
    Process initdb =
        asNobody(
            "initdb",
            "--auth=trust",
            "--username=postgres",
            "--locale=C",
            "--wal-segsize=1",
            "--no-sync",
            "--pgdata=" + data());
    assertThat(end(initdb)).as("initdb, see %s", folder).isZero();
  }

  /** Again, if it has ended. */
  void start() {
    if (postgres != null && postgres.isAlive()) {
      return;
    }
    postgres =
        asNobody(
            "postgres",
            "-D",
            data(),
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=200",
            "-c",
            "min_wal_size=4MB",
            "-c",
            "max_wal_size=16MB");
    World.until("PostgreSQL answers", Duration.ofSeconds(60), this::hasDatabase);
  }

  private boolean hasDatabase() {
    String url = "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres".formatted(port);
    try (var connection = DriverManager.getConnection(url);
        var statement = connection.createStatement();
        var found = statement.executeQuery("select from pg_database where datname = 'homing'")) {
      if (!found.next()) {
        statement.execute("create database homing");
      }
      return true;
    } catch (SQLException notYet) {
      return false;
    }
  }

  String url() {
    return "postgresql://postgres:postgres@127.0.0.1:%d/homing".formatted(port);
  }

  int port() {
    return port;
  }

  /** Not one byte is left. */
  void fill() {
    int full = end(inside("dd", "if=/dev/zero", "of=" + filler(), "bs=64k"));
    assertThat(full).as("dd ends because the disk is full").isNotZero();
  }

  void free() {
    assertThat(end(inside("rm", filler()))).isZero();
  }

  private String data() {
    return disk.resolve("data").toString();
  }

  private String filler() {
    return disk.resolve("filler").toString();
  }

  /** PostgreSQL refuses root, and inside the namespace we are root. */
  private Process asNobody(String program, String... arguments) {
    return inside(
        Stream.of(
                Stream.of("unshare", "-U", programs.resolve(program).toString()),
                Stream.of(arguments))
            .flatMap(each -> each)
            .toArray(String[]::new));
  }

  private Process inside(String... command) {
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of(
            "nsenter",
            "--preserve-credentials",
            "--user",
            "--mount",
            "--target",
            Long.toString(namespace.pid())));
    all.addAll(List.of(command));
    return run("disk", all);
  }

  private Process run(String name, List<String> command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()))
          .start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private int end(Process process) {
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public void close() {
    if (postgres != null) {
      postgres.descendants().forEach(ProcessHandle::destroyForcibly);
      postgres.destroyForcibly();
    }
    namespace.destroyForcibly();
  }
}
