package dev.homing.app.administration;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The parts that Homing needs, as this node reaches them now. */
@Component
public class Parts {
  private final JdbcClient jdbc;
  private final HealthIndicator redis;
  private final HealthIndicator temporal;
  private final HealthIndicator clock;

  Parts(
      JdbcClient jdbc,
      @Qualifier("redisHealthIndicator") HealthIndicator redis,
      @Qualifier("temporalHealthIndicator") HealthIndicator temporal,
      @Qualifier("clockHealthIndicator") HealthIndicator clock) {
    this.jdbc = jdbc;
    this.redis = redis;
    this.temporal = temporal;
    this.clock = clock;
  }

  /**
   * A part.
   *
   * @param state one or two words
   * @param tone how urgent that is
   * @param meaning what it is needed for while it is up, else what happens without it
   */
  public record Part(String name, String state, String tone, String meaning) {}

  /** Asks all of them; throws what PostgreSQL does, without which there is no page. */
  public List<Part> all() {
    String version = jdbc.sql("show server_version").query(String.class).single();
    return List.of(
        new Part("PostgreSQL", "up", "good", "%s: everything is kept here.".formatted(version)),
        part(
            "Redis",
            redis.health(),
            "Who receives what, and the paces that nodes share.",
            "More queries, and each node keeps paces and quotas for itself. Nothing is lost."),
        part(
            "Temporal",
            temporal.health(),
            "Which deliveries wait, and until when.",
            "Events are accepted and first attempts are made; deliveries that need another attempt"
                + " wait until it is back."),
        part(
            "Clock",
            clock.health(),
            "This node's agrees with PostgreSQL's.",
            "This node's and PostgreSQL's differ by more than 30 s: it takes no requests until its"
                + " clock is right."));
  }

  private static Part part(String name, @Nullable Health health, String use, String without) {
    Status status = health == null ? Status.UNKNOWN : health.getStatus();
    if (status.equals(Status.UP)) {
      return new Part(name, "up", "good", use);
    }
    return status.equals(Status.DOWN)
        ? new Part(name, "down", "bad", without)
        : new Part(name, "away", "busy", without);
  }
}
