package dev.homing.activities;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;

/** How long Redis is asked in vain: after a few failures in a row nothing, for five seconds. */
public final class RedisBreaker {
  private static final CircuitBreakerConfig CONFIG =
      CircuitBreakerConfig.custom()
          .slidingWindowSize(10)
          .minimumNumberOfCalls(5)
          .waitDurationInOpenState(Duration.ofSeconds(5))
          .permittedNumberOfCallsInHalfOpenState(2)
          .build();

  private RedisBreaker() {}

  /** One of its own, for what is asked for here. */
  public static CircuitBreaker of(String name) {
    return CircuitBreaker.of(name, CONFIG);
  }
}
