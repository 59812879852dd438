package dev.homing.app.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.development.RealParts;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.health.contributor.Status;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class ClockSkewTest {
  private final MeterRegistry metrics = new SimpleMeterRegistry();

  @ParameterizedTest
  @CsvSource({"0, UP", "25, UP", "-25, UP", "35, DOWN", "-35, DOWN", "600, DOWN", "-600, DOWN"})
  void isNotReadyBeyondHalfAMinute(long seconds, String status) {
    ClockSkew skew = skew(RealParts.shared().postgres().port(), seconds);

    skew.compare();

    assertThat(skew.health().getStatus()).isEqualTo(new Status(status));
    assertThat(metrics.get("homing.clock.skew.seconds").gauge().value())
        .isBetween(seconds - 5.0, seconds + 5.0);
  }

  @Test
  void judgesNothingWhilePostgresqlIsAway() {
    ClockSkew skew = skew(1, 600);

    skew.compare();

    assertThat(skew.health().getStatus()).isEqualTo(Status.UP);
  }

  private ClockSkew skew(int port, long seconds) {
    var database =
        new DriverManagerDataSource(
            "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), "postgres", "postgres");
    return new ClockSkew(
        JdbcClient.create(database),
        Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds)),
        metrics);
  }
}
