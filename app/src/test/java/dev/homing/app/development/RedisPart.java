package dev.homing.app.development;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/** A real Redis, its data in {@code redis/} of the folder. */
public final class RedisPart extends Part {
  private static final String NAME = "redis";

  RedisPart(Path dir, int port) {
    super(dir, port);
  }

  /** On a free port. */
  public static RedisPart start(Path dir) {
    return start(dir, Port.free());
  }

  public static RedisPart start(Path dir, int port) {
    RedisPart redis = new RedisPart(dir, port);
    redis.start();
    return redis;
  }

  @Override
  public String setting() {
    return "REDIS_URL";
  }

  @Override
  public String url() {
    return "redis://127.0.0.1:" + port;
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
    Path data = dir.resolve(NAME);
    List<String> command =
        List.of(
            executable(data),
            "--bind",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--dir",
            data.toString(),
            "--save",
            "",
            "--appendonly",
            "yes");
    PartProcess process = PartProcess.start(NAME, dir, command);
    process.awaitReady(this::answersPing);
    return process;
  }

  // The library's own start has neither a session of its own nor a pid to know the process by.
  private String executable(Path data) {
    try {
      Files.createDirectories(data);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    try {
      File extracted = ExecutableProvider.newJarResourceProvider(data.toFile()).get();
      return copied(extracted.toPath(), data.resolve("redis-server")).toString();
    } catch (IOException | RuntimeException none) {
      throw new PartFailed(
          "There is no Redis binary for this platform (%s, %s): start one yourself and set %s."
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), setting()),
          none);
    }
  }

  /**
   * By another process: a file that this JVM has written may still be open, for writing, in a child
   * that another thread is just starting, and cannot be run then ("text file busy").
   */
  private static Path copied(Path from, Path to) throws IOException {
    Process copying = new ProcessBuilder("cp", from.toString(), to.toString()).inheritIO().start();
    try {
      if (copying.waitFor() != 0) {
        throw new IOException("cp failed: " + copying.exitValue());
      }
      return to;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException(stopped);
    }
  }

  /** Makes it forget everything. */
  public void flush() {
    try {
      if (!answer("FLUSHALL").equals("+OK")) {
        throw new IllegalStateException("Redis does not flush");
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** How many members a set with scores has. */
  public int members(String key) {
    try {
      return Integer.parseInt(answer("ZCARD " + key).substring(1));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private boolean answersPing() throws IOException {
    return answer("PING").equals("+PONG");
  }

  /** What it says to a command, in one line. */
  private String answer(String command) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }
}
