package dev.homing.app.development;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversIT {
  @TempDir private Path dir;

  @Test
  void aStartStopsProcessesLeftOnItsFolder() throws IOException {
    RedisPart.start(dir);
    KnownProcess left = recorded(dir);

    RedisPart again = RedisPart.start(dir);

    assertThat(left.running()).isEmpty();
    assertThat(recorded(dir).running()).isPresent();
    again.stop();
  }

  @Test
  void afterAStopNothingRuns() throws IOException {
    RedisPart redis = RedisPart.start(dir);
    KnownProcess process = recorded(dir);

    redis.stop();

    assertThat(process.running()).isEmpty();
    assertThat(dir.resolve("redis.pid")).doesNotExist();
  }

  @Test
  void onlyFoldersOfKilledJvmsAreCleared() throws Exception {
    Path killed = Files.createDirectory(dir.resolve(ended().write()));
    Path running =
        Files.createDirectory(dir.resolve(KnownProcess.of(ProcessHandle.current()).write()));
    Path strangers = Files.createDirectory(dir.resolve("strangers"));
    RedisPart.start(killed);
    KnownProcess left = recorded(killed);
    RedisPart shared = RedisPart.start(running);

    RealParts.stopLeftovers(dir);

    assertThat(left.running()).isEmpty();
    assertThat(killed).doesNotExist();
    assertThat(recorded(running).running()).isPresent();
    assertThat(strangers).exists();
    shared.stop();
  }

  @Test
  void anUnrelatedProcessWithTheRecordedPidIsLeftAlone() throws IOException {
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      KnownProcess it = KnownProcess.of(stranger.toHandle());
      KnownProcess earlier =
          new KnownProcess(it.pid(), it.startedAt().minus(Duration.ofMinutes(10)));
      Files.writeString(dir.resolve("redis.pid"), earlier.write());

      RedisPart.stopLeftover(dir);

      assertThat(stranger.isAlive()).isTrue();
      assertThat(dir.resolve("redis.pid")).doesNotExist();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void aForeignPidFileIsSetAside() throws IOException {
    Files.writeString(dir.resolve("redis.pid"), "nonsense");

    RedisPart.stopLeftover(dir);

    assertThat(dir.resolve("redis.pid")).doesNotExist();
  }

  @Test
  void aStalePostmasterFileDoesNotBlock() throws Exception {
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      PostgresPart postgres = PostgresPart.start(dir);
      Path postmaster = dir.resolve("postgres").resolve("postmaster.pid");
      String file = Files.readString(postmaster);
      postgres.kill();
      Files.writeString(postmaster, file.replaceFirst("\\d+", Long.toString(stranger.pid())));

      postgres.start();

      assertThat(stranger.isAlive()).isTrue();
      postgres.stop();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void aHalfCreatedDatabaseIsRecreated() throws IOException {
    Files.createDirectory(dir.resolve("postgres"));
    Files.writeString(dir.resolve("postgres").resolve("postgresql.conf"), "half");

    PostgresPart postgres = PostgresPart.start(dir);

    assertThat(postgres.database("another")).endsWith("/another");
    postgres.stop();
  }

  private static KnownProcess recorded(Path dir) throws IOException {
    return KnownProcess.read(Files.readString(dir.resolve("redis.pid"))).orElseThrow();
  }

  private static KnownProcess ended() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sleep", "600").start();
    KnownProcess known = KnownProcess.of(process.toHandle());
    process.destroyForcibly().waitFor();
    return known;
  }
}
