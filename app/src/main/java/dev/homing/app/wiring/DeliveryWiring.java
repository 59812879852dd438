package dev.homing.app.wiring;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.delivery.AttemptListener;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.AttemptLogger;
import dev.homing.activities.delivery.AttemptMetrics;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.delivery.DrainedResults;
import dev.homing.activities.delivery.FirstResults;
import dev.homing.activities.delivery.OverdueDeliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.PendingNotices;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.standing.OwnRetries;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.DisableSubscriptions;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
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
  WaitingDeliveries waitingDeliveries(
      JdbcClient jdbc,
      OpenEvents open,
      Standings standings,
      OwnRetries ownRetries,
      Deliveries deliveries) {
    return new WaitingDeliveries(jdbc, open, standings, ownRetries, deliveries);
  }

  @Bean
  ParkedDeliveries parkedDeliveries(JdbcClient jdbc) {
    return new ParkedDeliveries(jdbc);
  }

  @Bean
  OverdueDeliveries overdueDeliveries(JdbcClient jdbc) {
    return new OverdueDeliveries(jdbc);
  }

  @Bean
  PendingNotices pendingNotices(JdbcClient jdbc) {
    return new PendingNotices(jdbc);
  }

  @Bean
  DeliveryList deliveryList(JdbcClient jdbc) {
    return new DeliveryList(jdbc);
  }

  @Bean
  RecordedAttempts recordedAttempts(JdbcClient jdbc) {
    return new RecordedAttempts(jdbc);
  }

  @Bean
  AttemptMetrics attemptMetrics(MeterRegistry metrics) {
    return new AttemptMetrics(metrics);
  }

  @Bean
  AttemptLogger attemptLogger() {
    return new AttemptLogger();
  }

  @Bean
  AttemptLog attemptLog(
      Deliveries deliveries,
      WaitingDeliveries waiting,
      DisableSubscriptions disabling,
      RecordedAttempts attempts,
      OpenEvents open,
      Standings standings,
      JdbcClient jdbc,
      FairTransactions transaction,
      List<AttemptListener> listeners) {
    return new AttemptLog(
        deliveries,
        waiting,
        disabling,
        attempts,
        new FirstResults(open, standings, jdbc),
        new DrainedResults(deliveries, jdbc),
        transaction,
        listeners,
        () -> ThreadLocalRandom.current().nextDouble());
  }
}
