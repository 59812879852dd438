package dev.homing.activities.backlog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptListener;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.standing.OwnRetries;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Watches all attempts of this node, and changes the standing of receivers that are not available.
 *
 * <p>A receiver that asks for a pause by {@code Retry-After} is held until then (RFC 9110, section
 * 10.2.3). After several attempts in a row without an answer, or with one of 429, 502, 503 and 504,
 * its breaker opens. Other refusals are the business of the single delivery.
 */
public final class Availability implements AttemptListener {
  private static final Logger log = LoggerFactory.getLogger(Availability.class);

  private static final Set<Integer> UNAVAILABLE = Set.of(429, 502, 503, 504);

  /** Attempts in a row after which the breaker opens. */
  private static final int FAILURES_TO_OPEN = 5;

  /** A hold ends up to a fifth later than asked, never earlier. */
  private static final double JITTER = 0.2;

  private final KnownStandings standings;
  private final OwnRetries ownRetries;

  /** Failures in a row since the last success. */
  private final Cache<SubscriptionKey, AtomicInteger> failures =
      Caffeine.newBuilder().expireAfterAccess(Duration.ofMinutes(10)).maximumSize(100_000).build();

  public Availability(KnownStandings standings, OwnRetries ownRetries) {
    this.standings = standings;
    this.ownRetries = ownRetries;
  }

  /** Whether the outcome says that the receiver is not available, rather than that it refuses. */
  static boolean isUnavailable(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Delivered _, Outcome.Gone _ -> false;
      case Outcome.Refused(int status, _) -> UNAVAILABLE.contains(status);
      case Outcome.Unanswered(var fault, _) ->
          switch (fault) {
            case BLOCKED_DESTINATION, INVALID_REQUEST, INVALID_RESPONSE -> false;
            case CERTIFICATE_EXPIRED,
                CONNECTION_REFUSED,
                CONNECTION_RESET,
                DNS_FAILED,
                TIMED_OUT,
                TLS_FAILED,
                UNREACHABLE ->
                true;
          };
    };
  }

  @Override
  public void recorded(AttemptContext context, Attempt attempt, Delivery after) {
    if (ownRetries.isUnlimited()) {
      return; // There are no backlogs.
    }
    SubscriptionKey key = context.key().subscription();
    Outcome outcome = attempt.outcome();
    if (!isUnavailable(outcome)) {
      failures.invalidate(key);
      return;
    }
    String answer = answer(outcome);
    int inARow = failures.get(key, _ -> new AtomicInteger()).incrementAndGet();
    try {
      if (outcome instanceof Outcome.Refused(_, Duration retryAfter) && retryAfter != null) {
        standings.hold(key, answer, jittered(retryAfter));
      } else if (inARow >= FAILURES_TO_OPEN) {
        standings.open(key, Standing.Reason.UNAVAILABLE, answer);
      }
      standings.answered(key, answer);
    } catch (DataAccessException e) {
      log.warn(
          "cannot store the standing of {}: {}", context.key().subscriptionId(), e.getMessage());
    }
  }

  private static String answer(Outcome outcome) {
    return outcome.status() == null ? outcome.word() : outcome.status().toString();
  }

  private static Duration jittered(Duration asked) {
    double factor = 1 + JITTER * ThreadLocalRandom.current().nextDouble();
    return Duration.ofMillis((long) (asked.toMillis() * factor));
  }
}
