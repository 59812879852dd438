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
 * What Redis remembers of who receives what: a hash for each tenant, a field for each event type.
 *
 * <p>It may lose, lag or be gone: then nothing is remembered, and after a few failures in a row
 * nothing is asked for five seconds.
 */
public final class RedisRoutes {
  /** Beyond this a list costs Redis more than it saves PostgreSQL. */
  private static final int LONGEST = 500;

  /** Counted from the last write: forgets event types that nobody sends any more. */
  private static final Duration KEPT = Duration.ofDays(1);

  private static final Logger log = LoggerFactory.getLogger(RedisRoutes.class);

  private final StringRedisTemplate redis;
  private final JsonMapper json = JsonMapper.builder().build();
  private final CircuitBreaker breaker = RedisBreaker.of("redis");

  /** The template's commands must time out, in a tenth of a second or so. */
  public RedisRoutes(StringRedisTemplate redis) {
    this.redis = redis;
    breaker
        .getEventPublisher()
        .onStateTransition(
            change -> log.warn("Redis: {}", change.getStateTransition().getToState()));
  }

  /** {@link Route#UNKNOWN} if Redis does not know, or does not answer. */
  Route get(Routes.Asked asked) {
    try {
      Object value =
          breaker.executeSupplier(() -> redis.opsForHash().get(key(asked), asked.eventType()));
      Route route = value == null ? null : json.readValue((String) value, Route.class);
      return route == null ? Route.UNKNOWN : route; // JSON has a null of its own.
    } catch (DataAccessException | CallNotPermittedException away) {
      return Route.UNKNOWN;
    } catch (JacksonException strange) {
      log.warn("Redis has a route that cannot be read: {} {}", key(asked), asked.eventType());
      return Route.UNKNOWN;
    }
  }

  void put(Routes.Asked asked, Route route) {
    if (route.recipients().size() > LONGEST) {
      return;
    }
    String value = json.writeValueAsString(route);
    try {
      breaker.executeRunnable(
          () -> {
            redis.opsForHash().put(key(asked), asked.eventType(), value);
            redis.expire(key(asked), KEPT);
          });
    } catch (DataAccessException | CallNotPermittedException away) {
      log.debug("Redis does not take a route", away);
    }
  }

  private static String key(Routes.Asked asked) {
    return "routes:" + asked.tenant();
  }
}
