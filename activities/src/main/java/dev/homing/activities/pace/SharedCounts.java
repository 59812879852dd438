package dev.homing.activities.pace;

import dev.homing.activities.RedisBreaker;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The requests of all nodes, in Redis and by its clock.
 *
 * <p>Each level has the time of its next request, and the requests in flight with the time by which
 * each has ended, should its node die. One script counts a request at all its levels, or at none.
 */
final class SharedCounts {
  private static final Logger log = LoggerFactory.getLogger(SharedCounts.class);

  /** All times are in microseconds. Returns the time to wait; zero: the request is counted. */
  private static final RedisScript<Long> BEGIN =
      new DefaultRedisScript<>(
          """
          local time = redis.call('TIME')
          local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
          local anyway, request, longest, poll =
            ARGV[1] == 'true', ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

          local function keep(key, next)
            redis.call('SET', key, string.format('%.3f', next),
              'PX', string.format('%.0f', math.ceil((next - now) / 1000) + 1000))
          end

          local levels = {}
          local wait = 0
          for i = 1, #KEYS / 2 do
            local level = {
              next_key = KEYS[2 * i - 1],
              in_flight_key = KEYS[2 * i],
              interval = tonumber(ARGV[4 * i + 1]),
              tolerance = tonumber(ARGV[4 * i + 2]),
              period = tonumber(ARGV[4 * i + 3]),
              max_in_flight = tonumber(ARGV[4 * i + 4])
            }
            if level.interval > 0 then
              local known = tonumber(redis.call('GET', level.next_key) or now)
              local latest = now + level.period
              if known > latest then -- The rate was lower: its wait is shortened once.
                known = latest
                keep(level.next_key, known)
              end
              level.next = math.max(now, known)
              wait = math.max(wait, level.next - level.tolerance - now)
            end
            if level.max_in_flight > 0 then
              redis.call('ZREMRANGEBYSCORE', level.in_flight_key, '-inf', now)
              if redis.call('ZCARD', level.in_flight_key) >= level.max_in_flight then
                wait = math.max(wait, poll)
              end
            end
            levels[i] = level
          end
          if wait > 0 and not anyway then
            return math.ceil(wait)
          end

          for _, level in ipairs(levels) do
            if level.interval > 0 then
              keep(level.next_key, math.min(level.next + level.interval, now + level.period))
            end
            if level.max_in_flight > 0 then
              redis.call('ZADD', level.in_flight_key, now + longest, request)
              redis.call('PEXPIRE', level.in_flight_key, math.ceil(longest / 1000))
            end
          end
          return 0
          """,
          Long.class);

  private final StringRedisTemplate redis;
  private final CircuitBreaker breaker = RedisBreaker.of("pace");
  private final String node = UUID.randomUUID().toString();
  private final AtomicLong requests = new AtomicLong();

  /** {@code redis} must time out commands, after about a tenth of a second. */
  SharedCounts(StringRedisTemplate redis) {
    this.redis = redis;
  }

  /** A name for a request that no other has. */
  String newRequest() {
    return node + ":" + requests.incrementAndGet();
  }

  /**
   * Counts a request if it may begin now, or anyway.
   *
   * <p>If a command fails, the request has to wait and ask again: the other nodes' requests are not
   * known. After several failures Redis counts as unavailable.
   *
   * @param longest after which it counts as ended
   * @return zero, or how long to wait before it may begin; empty: Redis is unavailable
   */
  Optional<Duration> begin(List<Level> levels, String request, Duration longest, boolean anyway) {
    List<String> keys =
        levels.stream()
            .flatMap(level -> Stream.of(level.key() + ":next", inFlightKey(level)))
            .toList();
    List<String> args =
        new ArrayList<>(
            List.of(Boolean.toString(anyway), request, micros(longest), micros(Level.ASK_AGAIN)));
    for (Level level : levels) {
      Spacing spacing = level.spacing() == null ? new Spacing(0, 0, 0) : level.spacing();
      args.add(micros(spacing.intervalNanos()));
      args.add(micros(spacing.toleranceNanos()));
      args.add(micros(spacing.periodNanos()));
      args.add(level.maxInFlight() == null ? "0" : level.maxInFlight().toString());
    }
    try {
      Long wait = breaker.executeSupplier(() -> redis.execute(BEGIN, keys, args.toArray()));
      return Optional.of(Duration.ofNanos(wait * 1_000));
    } catch (CallNotPermittedException open) {
      return Optional.empty();
    } catch (RuntimeException e) {
      log.debug("it is not known whether Redis has counted a request", e);
      if (anyway) {
        return Optional.of(Duration.ZERO);
      }
      end(levels, request); // It asks again under another name.
      return Optional.of(Level.ASK_AGAIN);
    }
  }

  /** The request has ended. */
  void end(List<Level> levels, String request) {
    try {
      for (Level level : levels) {
        if (level.maxInFlight() != null) {
          breaker.executeRunnable(() -> redis.opsForZSet().remove(inFlightKey(level), request));
        }
      }
    } catch (RuntimeException e) {
      log.debug("a request counts as in flight until it expires", e);
    }
  }

  private static String inFlightKey(Level level) {
    return level.key() + ":in_flight";
  }

  private static String micros(Duration duration) {
    return micros(duration.toNanos());
  }

  private static String micros(long nanos) {
    return String.format(Locale.ROOT, "%.3f", nanos / 1_000.0);
  }
}
