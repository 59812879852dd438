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
 * The keys that callers show here.
 *
 * <p>A valid one is remembered for half a minute: a revoked key is refused everywhere after that
 * time.
 */
@Component
class ApiKeyCache {
  private static final Logger log = LoggerFactory.getLogger(ApiKeyCache.class);
  private static final Duration REMEMBERED = Duration.ofSeconds(30);
  private static final Duration BETWEEN_NOTES = Duration.ofMinutes(1);
  private static final int MOST = 10_000;

  private final Cache<KeyId, ApiKey> known;
  private final Cache<KeyId, Boolean> noted;
  private final ApiKeys keys;
  private final Clock clock;

  @Autowired
  ApiKeyCache(ApiKeys keys, Clock clock) {
    this(keys, clock, Ticker.systemTicker());
  }

  ApiKeyCache(ApiKeys keys, Clock clock, Ticker ticker) {
    this.keys = keys;
    this.clock = clock;
    this.known = cache(REMEMBERED, ticker);
    this.noted = cache(BETWEEN_NOTES, ticker);
  }

  private static <T> Cache<KeyId, T> cache(Duration kept, Ticker ticker) {
    return Caffeine.newBuilder().expireAfterWrite(kept).maximumSize(MOST).ticker(ticker).build();
  }

  /**
   * Who shows this key; empty if it is not valid, whatever the reason.
   *
   * @throws DataAccessException if PostgreSQL has to be asked, and does not answer
   */
  Optional<Caller> caller(String text) {
    Optional<ApiKey> valid = ApiKeyToken.read(text).flatMap(this::valid);
    valid.ifPresent(key -> noteUse(key.id()));
    return valid.map(key -> new Caller(key.id().toString(), key.tenant(), key.scopes()));
  }

  /**
   * A key that is not valid takes the same work whether its id is remembered, unknown or new:
   * PostgreSQL is asked and a hash compared. So nothing tells which ids there are. Only valid keys
   * are remembered, within {@code get}, so that {@link #forget} waits for those who are reading.
   */
  private Optional<ApiKey> valid(ApiKeyToken shown) {
    Function<KeyId, @Nullable ApiKey> reading = _ -> read(shown).orElse(null);
    ApiKey key = known.get(shown.id(), reading);
    if (key == null) {
      return Optional.empty();
    }
    return isValid(key, shown) ? Optional.of(key) : read(shown);
  }

  private Optional<ApiKey> read(ApiKeyToken shown) {
    ApiKey key = keys.find(shown.id()).orElse(ApiKey.NONE);
    return Optional.of(key).filter(read -> isValid(read, shown));
  }

  private boolean isValid(ApiKey key, ApiKeyToken shown) {
    return key.isValid(shown, clock.instant());
  }

  /** On the node where it was revoked, it is refused at once. */
  void forget(KeyId id) {
    known.invalidate(id);
  }

  private void noteUse(KeyId id) {
    if (noted.asMap().putIfAbsent(id, true) == null) {
      Thread.startVirtualThread(() -> write(id));
    }
  }

  private void write(KeyId id) {
    try {
      keys.noteUse(id);
    } catch (DataAccessException away) {
      log.debug("the use of {} is not written down", id, away);
    }
  }
}
