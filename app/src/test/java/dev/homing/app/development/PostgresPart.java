package dev.homing.app.development;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** A real PostgreSQL, its data in {@code postgres/} of the folder, with a database for Homing. */
public final class PostgresPart extends Part {
  private static final String NAME = "postgres";

  private final Path data;
  private @Nullable EmbeddedPostgres server;

  PostgresPart(Path dir, int port) {
    super(dir, port);
    this.data = data(this.dir);
  }

  /** On a free port. */
  public static PostgresPart start(Path dir) {
    return start(dir, Port.free());
  }

  public static PostgresPart start(Path dir, int port) {
    PostgresPart postgres = new PostgresPart(dir, port);
    postgres.start();
    return postgres;
  }

  @Override
  public String setting() {
    return "DATABASE_URL";
  }

  @Override
  public String url() {
    return url("homing");
  }

  /** The URL of a database of its own, made when it is missing; the name is taken as it is. */
  public synchronized String database(String name) {
    if (server == null) {
      throw new IllegalStateException("PostgreSQL does not run");
    }
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT 1 FROM pg_database WHERE datname = '%s'".formatted(name))) {
      if (!found.next()) {
        statement.execute("CREATE DATABASE \"%s\"".formatted(name));
      }
      return url(name);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The folder of its programs; those that run. */
  public synchronized Path programs() {
    return postmaster(dir)
        .flatMap(process -> process.info().command())
        .map(command -> Path.of(command).getParent())
        .orElseThrow();
  }

  private String url(String database) {
    return "postgresql://postgres:postgres@127.0.0.1:%d/%s".formatted(port, database);
  }

  @Override
  void stopLeftover() {
    stopLeftover(dir);
  }

  static void stopLeftover(Path dir) {
    PartProcess.stopLeftover(NAME, dir);
    // Started, but this JVM was killed before it could write down its pid.
    postmaster(dir).ifPresent(KnownProcess::stop);
    try {
      // Of a server that is gone: PostgreSQL would mistake a stranger with that pid for it.
      Files.deleteIfExists(data(dir).resolve("postmaster.pid"));
      Files.deleteIfExists(data(dir).resolve("epg-lock"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  PartProcess launch() {
    try {
      if (!Files.exists(data.resolve("postmaster.opts"))) {
        // Never started: there is nothing in it, or half of what initdb makes before it was killed.
        FileSystemUtils.deleteRecursively(data);
      }
      Files.createDirectories(data);
      Redirect log = Redirect.appendTo(PartProcess.log(dir, NAME).toFile());
      server =
          EmbeddedPostgres.builder()
              .setOverrideWorkingDirectory(CacheFolder.of(System.getenv(), "postgres").toFile())
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setRegisterShutdownHook(false)
              .setPort(port)
              .setLocaleConfig("locale", "C")
              // The library turns both off; what Homing accepted must survive a power cut.
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setServerConfig("max_connections", "300")
              .setServerConfig("unix_socket_directories", "")
              .setPGStartupWait(Duration.ofSeconds(20))
              .setOutputRedirector(log)
              .setErrorRedirector(log)
              .start();
    } catch (IOException | RuntimeException failed) {
      throw new PartFailed(
          "PostgreSQL does not start on this platform (%s, %s; %s; see %s): start one yourself and set %s."
              .formatted(
                  System.getProperty("os.name"),
                  System.getProperty("os.arch"),
                  failed.getMessage(),
                  PartProcess.log(dir, NAME),
                  setting()),
          failed);
    }
    PartProcess process = PartProcess.record(NAME, dir, postmaster(dir).orElseThrow());
    database("homing");
    return process;
  }

  @Override
  void quit() {
    if (server != null) {
      try {
        server.close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  /** Read from PostgreSQL's own {@code postmaster.pid}: the pid, the data folder, the start. */
  private static Optional<ProcessHandle> postmaster(Path dir) {
    try {
      List<String> lines = Files.readAllLines(data(dir).resolve("postmaster.pid"));
      return new KnownProcess(
              Long.parseLong(lines.get(0).strip()),
              Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip())))
          .running()
          .filter(process -> process.info().command().orElse("").contains("postgres"));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException noServer) {
      return Optional.empty();
    }
  }

  private static Path data(Path dir) {
    return dir.resolve(NAME);
  }
}
