package dev.homing.activities;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import redis.embedded.RedisServer;

/** A real Redis, shared by all tests; each test has its own tenant. */
public final class Redis {
  /** The command timeout of the app. */
  private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(100);

  private static final RedisServer SERVER = start();

  private Redis() {}

  public static int port() {
    return SERVER.ports().getFirst();
  }

  /** Starts another server, which a test may stop. */
  public static RedisServer start() {
    try {
      RedisServer server =
          RedisServer.newRedisServer()
              .port(freePort())
              .bind("127.0.0.1")
              .setting("save \"\"")
              .onShutdownForceStop(true)
              .build();
      server.start();
      return server;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A template for the Redis at this port, set up as in the app. */
  public static StringRedisTemplate at(int port) {
    return at(port, COMMAND_TIMEOUT);
  }

  /** One that waits this long for each answer. */
  public static StringRedisTemplate at(int port, Duration timeout) {
    LettuceConnectionFactory connections =
        new LettuceConnectionFactory(
            new RedisStandaloneConfiguration("127.0.0.1", port),
            LettuceClientConfiguration.builder().commandTimeout(timeout).build());
    connections.afterPropertiesSet();
    connections.start();
    return new StringRedisTemplate(connections);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
