package dev.homing.app.development;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealPartsIT {
  private static RealParts parts;

  @BeforeAll
  static void startThem(@TempDir Path dir) {
    parts = RealParts.start(dir);
  }

  @AfterAll
  static void stopThem() {
    parts.close();
  }

  @Test
  void postgresKeepsItsDataOverAStopAndAKill() throws SQLException {
    PostgresPart postgres = parts.postgres();
    String database = jdbc(postgres.database("kept"));
    answer(database, "CREATE TABLE kept AS SELECT 'all' AS what; SELECT what FROM kept");

    postgres.stop();
    assertThatThrownBy(() -> answer(database, "SELECT 1")).isInstanceOf(SQLException.class);
    postgres.start();
    assertThat(answer(database, "SELECT what FROM kept")).isEqualTo("all");

    postgres.kill();
    assertThatThrownBy(() -> answer(database, "SELECT 1")).isInstanceOf(SQLException.class);
    postgres.start();
    assertThat(answer(database, "SELECT what FROM kept")).isEqualTo("all");
  }

  @Test
  void postgresLosesNothingThatWasCommitted() throws SQLException {
    String database = jdbc(parts.postgres().url());

    assertThat(answer(database, "SHOW server_version")).startsWith("18.");
    assertThat(answer(database, "SHOW fsync")).isEqualTo("on");
    assertThat(answer(database, "SHOW synchronous_commit")).isEqualTo("on");
  }

  @Test
  void redisKeepsItsDataOverAStop() {
    RedisPart redis = parts.redis();
    try (RedisClient client = RedisClient.create(redis.url())) {
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        connection.sync().set("what", "all");
      }
      redis.stop();
      assertThatThrownBy(client::connect).isInstanceOf(RuntimeException.class);
      redis.start();
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        assertThat(connection.sync().get("what")).isEqualTo("all");
      }
    }
  }

  @Test
  void aPausedPartIsSilentUntilItResumes() {
    RedisURI impatient = RedisURI.create(parts.redis().url());
    impatient.setTimeout(ofMillis(200));
    try (RedisClient client = RedisClient.create(impatient);
        StatefulRedisConnection<String, String> connection = client.connect()) {
      parts.redis().pause();
      assertThatThrownBy(connection.sync()::ping).isInstanceOf(RedisCommandTimeoutException.class);

      parts.redis().resume();
      connection.setTimeout(ofSeconds(10));
      assertThat(connection.sync().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void temporalKeepsItsDataOverAStopAndAKill() {
    TemporalPart temporal = parts.temporal();
    temporal.cli("operator", "namespace", "create", "--namespace", "kept");

    temporal.stop();
    assertThatThrownBy(() -> temporal.cli("operator", "cluster", "health"))
        .isInstanceOf(IllegalStateException.class);
    temporal.start();
    assertThat(temporal.cli("operator", "namespace", "list")).contains("kept");

    temporal.kill();
    temporal.start();
    assertThat(temporal.cli("operator", "namespace", "list")).contains("kept");
  }

  @Test
  void theCliReportsErrors() {
    assertThatThrownBy(
            () -> parts.temporal().cli("workflow", "describe", "--workflow-id", "nowhere"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("workflow not found");
  }

  private static String jdbc(String url) {
    return url.replace("postgresql://postgres:postgres@", "jdbc:postgresql://")
        + "?user=postgres&password=postgres";
  }

  private static String answer(String database, String question) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database);
        Statement statement = connection.createStatement()) {
      boolean rows = statement.execute(question);
      while (!rows) {
        rows = statement.getMoreResults();
      }
      try (ResultSet answer = statement.getResultSet()) {
        answer.next();
        return answer.getString(1);
      }
    }
  }
}
