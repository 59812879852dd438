package dev.homing.app.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.activities.RedisBreaker;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * The tokens left of each quota, shared by all nodes through Redis.
 *
 * <p>While Redis is unavailable each node counts on its own, so every node grants the whole quota.
 */
@Component
class Buckets {
  private static final Logger log = LoggerFactory.getLogger(Buckets.class);
  private static final Duration REDIS_TIMEOUT = Duration.ofMillis(100);
  private static final Duration BUCKET_TTL = Duration.ofMinutes(1);
  private static final int MAX_BUCKETS = 10_000;

  private final RedisConnectionFactory redis;
  private final Cache<String, Bucket> shared = cache();
  private final Cache<String, Bucket> local = cache();
  private final CircuitBreaker breaker = RedisBreaker.of("limits");

  Buckets(RedisConnectionFactory redis) {
    this.redis = redis;
  }

  private static Cache<String, Bucket> cache() {
    return Caffeine.newBuilder().expireAfterAccess(BUCKET_TTL).maximumSize(MAX_BUCKETS).build();
  }

  /** Takes this many tokens, or none if there are too few. */
  ConsumptionProbe take(Quota quota, String owner, long count) {
    // Changed settings make a new bucket; the old one expires in Redis.
    String key =
        "limit:%s:%d:%d:%s".formatted(quota.name(), quota.perSecond(), quota.capacity(), owner);
    try {
      return breaker.executeSupplier(
          () -> shared.get(key, _ -> inRedis(key, quota)).tryConsumeAndReturnRemaining(count));
    } catch (RuntimeException e) { // No fault of Redis may refuse a caller.
      log.debug("a quota is counted on this node only", e);
      return local.get(key, _ -> onThisNode(quota)).tryConsumeAndReturnRemaining(count);
    }
  }

  /** Concurrent requests share one call to Redis. */
  private Bucket inRedis(String key, Quota quota) {
    return proxies()
        .builder()
        .withOptimization(Optimizations.batching())
        .build(
            key.getBytes(StandardCharsets.UTF_8),
            () -> BucketConfiguration.builder().addLimit(quota.bandwidth()).build());
  }

  /** Uses the shared connection, which reconnects by itself. */
  @SuppressWarnings("unchecked")
  private ProxyManager<byte[]> proxies() {
    var commands = (RedisAsyncCommands<byte[], byte[]>) redis.getConnection().getNativeConnection();
    return Bucket4jLettuce.casBasedBuilder(commands)
        .requestTimeout(REDIS_TIMEOUT)
        .expirationAfterWrite(
            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(BUCKET_TTL))
        .build();
  }

  private static Bucket onThisNode(Quota quota) {
    return Bucket.builder().addLimit(quota.bandwidth()).build();
  }
}
