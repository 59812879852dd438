package dev.homing.app.wiring;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.subscription.GoneReceivers;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger of deliveries and attempts. */
@Configuration(proxyBeanMethods = false)
class DeliveryWiring {
  @Bean
  Deliveries deliveries(JdbcClient jdbc, OpenEvents open) {
    return new Deliveries(jdbc, open);
  }

  @Bean
  DeliveryList deliveryList(JdbcClient jdbc) {
    return new DeliveryList(jdbc);
  }

  @Bean
  AttemptLog attemptLog(
      OpenEvents open,
      Deliveries deliveries,
      GoneReceivers goneReceivers,
      JdbcClient jdbc,
      FairTransactions transaction,
      MeterRegistry metrics) {
    return new AttemptLog(
        open,
        deliveries,
        goneReceivers,
        jdbc,
        transaction,
        metrics,
        () -> ThreadLocalRandom.current().nextDouble());
  }
}
