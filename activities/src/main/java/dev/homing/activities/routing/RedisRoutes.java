package dev.homing.activities.routing;

import dev.homing.activities.RedisBreaker;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Routes cached in Redis: a hash for each tenant, with a field for each event type.
 *
 * <p>Redis may lose data, lag or be down. A lookup then returns {@link Route#UNKNOWN}; after a few
 * failures Redis is not called for five seconds.
 */
public final class RedisRoutes {
  /** The most recipients of a cached route: longer lists cost Redis more than PostgreSQL saves. */
  private static final int MAX_RECIPIENTS = 500;

  /** Lifetime from the last write, so that event types no longer in use are dropped. */
  private static final Duration TTL = Duration.ofDays(1);

  private static final Logger log = LoggerFactory.getLogger(RedisRoutes.class);

  private final StringRedisTemplate redis;
  private final JsonMapper json = JsonMapper.builder().build();
  private final CircuitBreaker breaker = RedisBreaker.of("redis");

  /** {@code redis} must time out commands, after about a tenth of a second. */
  public RedisRoutes(StringRedisTemplate redis) {
    this.redis = redis;
    breaker
        .getEventPublisher()
        .onStateTransition(
            change -> log.warn("Redis: {}", change.getStateTransition().getToState()));
  }

  /** {@link Route#UNKNOWN} if the route is not cached, or if Redis does not answer. */
  Route get(Routes.Asked asked) {
    try {
      Object value =
          breaker.executeSupplier(() -> redis.opsForHash().get(key(asked), asked.eventType()));
      Route route = value == null ? null : json.readValue((String) value, Route.class);
      return route == null ? Route.UNKNOWN : route; // JSON has a null of its own.
    } catch (DataAccessException | CallNotPermittedException e) {
      return Route.UNKNOWN;
    } catch (JacksonException e) {
      log.warn("cached route cannot be parsed: {} {}", key(asked), asked.eventType());
      return Route.UNKNOWN;
    }
  }

  void put(Routes.Asked asked, Route route) {
    if (route.recipients().size() > MAX_RECIPIENTS) {
      return;
    }
    String value = json.writeValueAsString(route);
    try {
      breaker.executeRunnable(
          () -> {
            redis.opsForHash().put(key(asked), asked.eventType(), value);
            redis.expire(key(asked), TTL);
          });
    } catch (DataAccessException | CallNotPermittedException e) {
      log.debug("route not cached in Redis", e);
    }
  }

  private static String key(Routes.Asked asked) {
    return "routes2:" + asked.tenant(); // What earlier versions wrote does not say who orders.
  }
}
