package dev.homing.app.node;

import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.client.WorkflowClient;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Health of Redis and Temporal; without them events are accepted, and sent later or slower. */
@Configuration(proxyBeanMethods = false)
class DependencyHealth {
  private static final Status DEGRADED = new Status("DEGRADED");
  private static final long TIMEOUT_MILLIS = 1_000;

  @Bean
  HealthIndicator redisHealthIndicator(RedisConnectionFactory redis) {
    return () -> {
      try (var connection = redis.getConnection()) {
        return degradedUnless(connection.ping() != null);
      } catch (RuntimeException e) {
        return degradedUnless(false);
      }
    };
  }

  @Bean
  HealthIndicator temporalHealthIndicator(WorkflowClient client, Workers workers) {
    return () -> {
      try {
        var unused =
            client
                .getWorkflowServiceStubs()
                .blockingStub()
                .withDeadlineAfter(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .getSystemInfo(GetSystemInfoRequest.getDefaultInstance());
        return degradedUnless(workers.isReady());
      } catch (RuntimeException e) {
        return degradedUnless(false);
      }
    };
  }

  private static Health degradedUnless(boolean healthy) {
    return healthy ? Health.up().build() : Health.status(DEGRADED).build();
  }
}
