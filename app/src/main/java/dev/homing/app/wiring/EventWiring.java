package dev.homing.app.wiring;

import dev.homing.activities.event.AcceptEvents;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.Leases;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.event.OwnEvents;
import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.routing.Routes;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.app.database.AcceptingDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Events: accepting them, their leases, and which are open. */
@Configuration(proxyBeanMethods = false)
class EventWiring {
  /** Time a lease lasts beyond an attempt: for looking up the host, and recording. */
  private static final Duration LEASE_BEYOND_AN_ATTEMPT = Duration.ofSeconds(30);

  @Bean
  AcceptEvents acceptEvents(
      Routes routes,
      Leases leases,
      AcceptingDatabase database,
      Supplier<UUID> ids,
      MeterRegistry metrics) {
    return new AcceptEvents(routes, leases, database.jdbc(), database.transaction(), ids, metrics);
  }

  @Bean
  OwnEvents ownEvents(JdbcClient jdbc, Leases leases, Supplier<UUID> ids) {
    return new OwnEvents(jdbc, leases, ids);
  }

  @Bean
  OpenEvents openEvents(JdbcClient jdbc) {
    return new OpenEvents(jdbc);
  }

  @Bean
  Leases leases(JdbcClient jdbc, DeliverySettings settings) {
    return new Leases(jdbc, settings.timeout().plus(LEASE_BEYOND_AN_ATTEMPT));
  }

  @Bean
  Events events(JdbcClient jdbc) {
    return new Events(jdbc);
  }

  @Bean
  SharedWorkflows eventWorkflows(JdbcClient jdbc) {
    return new SharedWorkflows(jdbc);
  }
}
