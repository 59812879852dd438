package dev.homing.app.node;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Compares this node's clock with PostgreSQL's; the node is not ready beyond 30 s of skew.
 *
 * <p>Retries and leases go by PostgreSQL's clock. Ids, which sort by time, go by the node's, and so
 * do signatures, which receivers reject when they are five minutes off.
 */
@Component("clockHealthIndicator")
public class ClockSkew implements HealthIndicator {
  private static final Logger log = LoggerFactory.getLogger(ClockSkew.class);
  private static final Duration MAX_SKEW = Duration.ofSeconds(30);

  private final JdbcClient jdbc;
  private final Clock clock;
  private volatile Duration ahead = Duration.ZERO;

  ClockSkew(JdbcClient jdbc, Clock clock, MeterRegistry metrics) {
    this.jdbc = jdbc;
    this.clock = clock;
    Gauge.builder("homing.clock.skew.seconds", () -> ahead.toMillis() / 1000.0)
        .description("How far this node's clock is ahead of PostgreSQL's")
        .register(metrics);
  }

  public void compare() {
    Instant before = clock.instant();
    Instant there;
    try {
      there = jdbc.sql("select clock_timestamp()").query(OffsetDateTime.class).single().toInstant();
    } catch (DataAccessException e) {
      log.debug("cannot compare the clocks", e);
      return;
    }
    Duration took = Duration.between(before, clock.instant());
    boolean wasOff = isOff();
    ahead = Duration.between(there, before.plus(took.dividedBy(2)));
    if (isOff() && !wasOff) {
      log.error("not ready: this node's clock and PostgreSQL's are {} apart", ahead.abs());
    }
  }

  private boolean isOff() {
    return ahead.abs().compareTo(MAX_SKEW) > 0;
  }

  @Override
  public Health health() {
    Health.Builder health = isOff() ? Health.down() : Health.up();
    return health.withDetail("ahead_of_postgresql", ahead.toString()).build();
  }
}
