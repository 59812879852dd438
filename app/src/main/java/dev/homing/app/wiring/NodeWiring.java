package dev.homing.app.wiring;

import com.fasterxml.uuid.Generators;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/** Beans that every part of this process shares. */
@Configuration(proxyBeanMethods = false)
class NodeWiring {
  /** A thread for each job: one that waits for Temporal must not hold up the others. */
  @Bean
  ThreadPoolTaskScheduler taskScheduler() {
    ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
    scheduler.setPoolSize(22);
    scheduler.setThreadNamePrefix("scheduling-");
    return scheduler;
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** New ids: UUIDv7, so that they sort by time. */
  @Bean
  Supplier<UUID> ids() {
    return Generators.timeBasedEpochGenerator()::generate;
  }
}
