package dev.homing.activities.failing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptListener;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.failing.FailingSubscriptions.Failing;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Watches all attempts of this node, and notes which subscriptions do nothing but fail.
 *
 * <p>{@link #refresh} writes failures to PostgreSQL: for each subscription at most once a minute,
 * and none that was followed by a success. A success is written only if the subscription is known
 * to fail.
 */
public final class FailureWatch implements AttemptListener {
  private static final Logger log = LoggerFactory.getLogger(FailureWatch.class);
  private static final Duration NOTE_INTERVAL = Duration.ofMinutes(1);

  /** Transactions shorter than this are not overlooked when they commit late. */
  private static final Duration OVERLAP = Duration.ofMinutes(1);

  private final FailingSubscriptions failing;
  private final boolean enabled;
  private final Set<SubscriptionKey> known = ConcurrentHashMap.newKeySet();
  private final Cache<SubscriptionKey, Boolean> noted =
      Caffeine.newBuilder().expireAfterWrite(NOTE_INTERVAL).maximumSize(100_000).build();

  /** When each subscription first failed, in nano time, until that is written to PostgreSQL. */
  private final ConcurrentMap<SubscriptionKey, Long> unwritten = new ConcurrentHashMap<>();

  private volatile Instant latest = Instant.EPOCH;

  public FailureWatch(FailingSubscriptions failing, FailingSettings settings) {
    this.failing = failing;
    this.enabled = settings.disableAfter() != null;
  }

  @Override
  public void recorded(AttemptContext context, Attempt attempt, Delivery after) {
    if (!enabled) {
      return;
    }
    Delivery.Key key = context.key();
    if (attempt.outcome() instanceof Outcome.Delivered) {
      if (!known.isEmpty() || !unwritten.isEmpty()) {
        succeeded(new SubscriptionKey(key.tenant(), key.subscriptionId()));
      }
    } else if (isReceiversFailure(attempt.outcome())) {
      failed(new SubscriptionKey(key.tenant(), key.subscriptionId()));
    }
  }

  /**
   * Whether the receiver failed, rather than a rule of ours; a 410 has a consequence of its own.
   */
  private static boolean isReceiversFailure(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Delivered _, Outcome.Gone _ -> false;
      case Outcome.Refused _ -> true;
      case Outcome.Unanswered(var fault, _) ->
          switch (fault) {
            case BLOCKED_DESTINATION, INVALID_REQUEST -> false;
            case CERTIFICATE_EXPIRED,
                CONNECTION_REFUSED,
                CONNECTION_RESET,
                DNS_FAILED,
                INVALID_RESPONSE,
                TIMED_OUT,
                TLS_FAILED,
                UNREACHABLE ->
                true;
          };
    };
  }

  private void failed(SubscriptionKey key) {
    if (noted.getIfPresent(key) == null) {
      unwritten.putIfAbsent(key, System.nanoTime());
    }
  }

  private void succeeded(SubscriptionKey key) {
    unwritten.remove(key);
    if (known.remove(key)) {
      noted.invalidate(key);
      try {
        failing.clear(key);
      } catch (DataAccessException e) {
        known.add(key);
        log.warn("cannot note that {} has succeeded: {}", key.id(), e.getMessage());
      }
    }
  }

  /** Writes which subscriptions fail at this node, and reads which fail at others. */
  public void refresh() {
    if (enabled) {
      unwritten.forEach(this::write);
      read();
    }
  }

  private void write(SubscriptionKey key, Long first) {
    try {
      failing.failed(key, Duration.ofNanos(System.nanoTime() - first));
      known.add(key);
      noted.put(key, true);
      unwritten.remove(key, first);
    } catch (DataAccessException e) {
      log.warn("cannot note that {} fails: {}", key.id(), e.getMessage());
    }
  }

  private void read() {
    try {
      for (Failing each : failing.begunAfter(latest.minus(OVERLAP))) {
        known.add(each.key());
        if (each.since().isAfter(latest)) {
          latest = each.since();
        }
      }
    } catch (DataAccessException e) {
      log.warn("cannot read which subscriptions fail: {}", e.getMessage());
    }
  }
}
