package dev.homing.app.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Caches valid API keys on this node.
 *
 * <p>Entries live for half a minute; after that time every node refuses a revoked key.
 */
@Component
class ApiKeyCache {
  private static final Logger log = LoggerFactory.getLogger(ApiKeyCache.class);
  private static final Duration KEY_TTL = Duration.ofSeconds(30);
  private static final Duration USE_RECORD_INTERVAL = Duration.ofMinutes(1);
  private static final int MAX_ENTRIES = 10_000;

  private final Cache<KeyId, ApiKey> cached;
  private final Cache<KeyId, Boolean> recentlyUsed;
  private final ApiKeys keys;
  private final Clock clock;

  @Autowired
  ApiKeyCache(ApiKeys keys, Clock clock) {
    this(keys, clock, Ticker.systemTicker());
  }

  ApiKeyCache(ApiKeys keys, Clock clock, Ticker ticker) {
    this.keys = keys;
    this.clock = clock;
    this.cached = cache(KEY_TTL, ticker);
    this.recentlyUsed = cache(USE_RECORD_INTERVAL, ticker);
  }

  private static <T> Cache<KeyId, T> cache(Duration ttl, Ticker ticker) {
    return Caffeine.newBuilder()
        .expireAfterWrite(ttl)
        .maximumSize(MAX_ENTRIES)
        .ticker(ticker)
        .build();
  }

  /**
   * The caller that this key authenticates; empty if it is invalid for any reason.
   *
   * @throws DataAccessException if a query is needed and PostgreSQL is not responding
   */
  Optional<Caller> caller(String text) {
    Optional<ApiKey> valid = ApiKeyToken.read(text).flatMap(this::findValid);
    valid.ifPresent(key -> recordUse(key.id()));
    return valid.map(ApiKeyCache::caller);
  }

  /**
   * The caller whose key has this id and was shown before; empty if it was revoked or has expired.
   *
   * @throws DataAccessException if a query is needed and PostgreSQL is not responding
   */
  Optional<Caller> known(KeyId id) {
    Function<KeyId, @Nullable ApiKey> loading =
        _ -> keys.find(id).filter(key -> key.isUsable(clock.instant())).orElse(null);
    Optional<ApiKey> usable =
        Optional.ofNullable(cached.get(id, loading)).filter(key -> key.isUsable(clock.instant()));
    usable.ifPresent(key -> recordUse(key.id()));
    return usable.map(ApiKeyCache::caller);
  }

  private static Caller caller(ApiKey key) {
    return new Caller(key.id().toString(), key.tenant(), key.scopes());
  }

  /**
   * An invalid key costs one query and one hash comparison, whether its id is cached, unknown or
   * new, so timing does not reveal which ids exist. Only valid keys are cached, within {@code get},
   * so that {@link #evict} waits for concurrent readers.
   */
  private Optional<ApiKey> findValid(ApiKeyToken shown) {
    Function<KeyId, @Nullable ApiKey> loading = _ -> loadValid(shown).orElse(null);
    ApiKey key = cached.get(shown.id(), loading);
    if (key == null) {
      return Optional.empty();
    }
    return isValid(key, shown) ? Optional.of(key) : loadValid(shown);
  }

  private Optional<ApiKey> loadValid(ApiKeyToken shown) {
    ApiKey key = keys.find(shown.id()).orElse(ApiKey.NONE);
    return Optional.of(key).filter(found -> isValid(found, shown));
  }

  private boolean isValid(ApiKey key, ApiKeyToken shown) {
    return key.isValid(shown, clock.instant());
  }

  /** Makes this node refuse a revoked key at once. */
  void evict(KeyId id) {
    cached.invalidate(id);
  }

  private void recordUse(KeyId id) {
    if (recentlyUsed.asMap().putIfAbsent(id, true) == null) {
      Thread.startVirtualThread(() -> writeUse(id));
    }
  }

  private void writeUse(KeyId id) {
    try {
      keys.recordUse(id);
    } catch (DataAccessException e) {
      log.debug("could not record the use of {}", id, e);
    }
  }
}
