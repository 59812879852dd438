package dev.homing.app.wiring;

import dev.homing.activities.retention.AnalyzeTables;
import dev.homing.activities.retention.DropPartitions;
import dev.homing.activities.retention.ExpiredKeys;
import dev.homing.activities.retention.MakePartitions;
import dev.homing.activities.retention.Partitions;
import dev.homing.activities.retention.RetentionSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Retention: partitions by day, and the expiry of keys. */
@Configuration(proxyBeanMethods = false)
class RetentionWiring {
  @Bean
  Partitions partitions(JdbcClient jdbc) {
    return new Partitions(jdbc);
  }

  @Bean
  MakePartitions makePartitions(
      Partitions partitions, JdbcClient jdbc, TransactionTemplate transaction) {
    return new MakePartitions(partitions, jdbc, transaction);
  }

  @Bean
  AnalyzeTables analyzeTables(JdbcClient jdbc, TransactionTemplate transaction) {
    return new AnalyzeTables(jdbc, transaction);
  }

  @Bean
  DropPartitions dropPartitions(
      Partitions partitions,
      RetentionSettings settings,
      JdbcClient jdbc,
      TransactionTemplate transaction) {
    return new DropPartitions(partitions, settings, jdbc, transaction);
  }

  @Bean
  ExpiredKeys expiredKeys(JdbcClient jdbc, RetentionSettings settings) {
    return new ExpiredKeys(jdbc, settings);
  }
}
