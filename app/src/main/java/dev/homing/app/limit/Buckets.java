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
 * What is left of each quota: shared by all nodes through Redis.
 *
 * <p>While Redis is away each node counts for itself, so that so much may be had of each.
 */
@Component
class Buckets {
  private static final Logger log = LoggerFactory.getLogger(Buckets.class);
  private static final Duration PATIENCE = Duration.ofMillis(100);
  private static final Duration KEPT = Duration.ofMinutes(1);
  private static final int MOST = 10_000;

  private final RedisConnectionFactory redis;
  private final Cache<String, Bucket> shared = cache();
  private final Cache<String, Bucket> local = cache();
  private final CircuitBreaker breaker = RedisBreaker.of("limits");

  Buckets(RedisConnectionFactory redis) {
    this.redis = redis;
  }

  private static Cache<String, Bucket> cache() {
    return Caffeine.newBuilder().expireAfterAccess(KEPT).maximumSize(MOST).build();
  }

  /** Takes this many, or none if there are too few. */
  ConsumptionProbe take(Quota quota, String whose, long count) {
    // A quota that the settings change is another one: what Redis has of the old one is forgotten.
    String key =
        "limit:%s:%d:%d:%s".formatted(quota.name(), quota.perSecond(), quota.most(), whose);
    try {
      return breaker.executeSupplier(
          () -> shared.get(key, _ -> inRedis(key, quota)).tryConsumeAndReturnRemaining(count));
    } catch (RuntimeException away) { // Whatever it is: nobody is refused for it.
      log.debug("a quota is counted on this node only", away);
      return local.get(key, _ -> here(quota)).tryConsumeAndReturnRemaining(count);
    }
  }

  /** Requests that come at once ask once. */
  private Bucket inRedis(String key, Quota quota) {
    return proxies()
        .builder()
        .withOptimization(Optimizations.batching())
        .build(
            key.getBytes(StandardCharsets.UTF_8),
            () -> BucketConfiguration.builder().addLimit(quota.limit()).build());
  }

  /** On the connection that everybody shares, which comes back by itself. */
  @SuppressWarnings("unchecked")
  private ProxyManager<byte[]> proxies() {
    var commands = (RedisAsyncCommands<byte[], byte[]>) redis.getConnection().getNativeConnection();
    return Bucket4jLettuce.casBasedBuilder(commands)
        .requestTimeout(PATIENCE)
        .expirationAfterWrite(
            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT))
        .build();
  }

  private static Bucket here(Quota quota) {
    return Bucket.builder().addLimit(quota.limit()).build();
  }
}
