package dev.homing.activities;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;

/**
 * Circuit breakers for Redis: after half of the last 5 to 10 calls failed, none is made for 5 s.
 */
public final class RedisBreaker {
  private static final CircuitBreakerConfig CONFIG =
      CircuitBreakerConfig.custom()
          .slidingWindowSize(10)
          .minimumNumberOfCalls(5)
          .waitDurationInOpenState(Duration.ofSeconds(5))
          .permittedNumberOfCallsInHalfOpenState(2)
          .build();

  private RedisBreaker() {}

  /** A new circuit breaker with a state of its own. */
  public static CircuitBreaker of(String name) {
    return CircuitBreaker.of(name, CONFIG);
  }
}
