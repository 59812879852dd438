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

/** Without Redis or Temporal Homing is degraded: it accepts, and sends later or more slowly. */
@Configuration(proxyBeanMethods = false)
class DependencyHealth {
  private static final Status DEGRADED = new Status("DEGRADED");
  private static final long LONGEST_CALL_MILLIS = 1_000;

  @Bean
  HealthIndicator redisHealthIndicator(RedisConnectionFactory redis) {
    return () -> {
      try (var connection = redis.getConnection()) {
        return degradedUnless(connection.ping() != null);
      } catch (RuntimeException away) {
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
                .withDeadlineAfter(LONGEST_CALL_MILLIS, TimeUnit.MILLISECONDS)
                .getSystemInfo(GetSystemInfoRequest.getDefaultInstance());
        return degradedUnless(workers.isReady());
      } catch (RuntimeException away) {
        return degradedUnless(false);
      }
    };
  }

  private static Health degradedUnless(boolean well) {
    return well ? Health.up().build() : Health.status(DEGRADED).build();
  }
}
