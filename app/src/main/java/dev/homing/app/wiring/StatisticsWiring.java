package dev.homing.app.wiring;

import dev.homing.activities.statistics.AttemptCounters;
import dev.homing.activities.statistics.AttemptCounts;
import dev.homing.activities.statistics.FlushCounters;
import dev.homing.activities.statistics.StatisticsSettings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Statistics: counted in memory, stored by hour. */
@Configuration(proxyBeanMethods = false)
class StatisticsWiring {
  @Bean
  AttemptCounters attemptCounters(MeterRegistry metrics) {
    AttemptCounters counters = new AttemptCounters();
    FunctionCounter.builder("homing.statistics.uncounted", counters, AttemptCounters::uncounted)
        .description("Attempts that are in no statistic, as too many were counted at once")
        .register(metrics);
    return counters;
  }

  @Bean
  AttemptCounts attemptCounts(JdbcClient jdbc, StatisticsSettings settings) {
    return new AttemptCounts(jdbc, settings);
  }

  @Bean
  FlushCounters flushCounters(AttemptCounters counters, AttemptCounts stored) {
    return new FlushCounters(counters, stored);
  }
}
