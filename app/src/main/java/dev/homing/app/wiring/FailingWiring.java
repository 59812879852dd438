package dev.homing.app.wiring;

import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.failing.DisableFailing;
import dev.homing.activities.failing.FailingSettings;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.failing.FailureWatch;
import dev.homing.activities.subscription.DisableSubscriptions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Receivers that do nothing but fail, and when their subscriptions are disabled. */
@Configuration(proxyBeanMethods = false)
class FailingWiring {
  @Bean
  FailingSubscriptions failingSubscriptions(JdbcClient jdbc) {
    return new FailingSubscriptions(jdbc);
  }

  @Bean
  FailureWatch failureWatch(FailingSubscriptions failing, FailingSettings settings) {
    return new FailureWatch(failing, settings);
  }

  @Bean
  DisableFailing disableFailing(
      FailingSubscriptions failing,
      DisableSubscriptions disabling,
      WaitingDeliveries waiting,
      FailingSettings settings) {
    return new DisableFailing(failing, disabling, waiting, settings);
  }
}
