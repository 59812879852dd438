package dev.homing.activities.standing;

import dev.homing.activities.standing.Standing.State;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The standings that this node knows: its own changes at once, those of other nodes about a second
 * later.
 *
 * <p>Until then it makes a few attempts too many, which does no harm.
 */
public final class KnownStandings {
  private static final Logger log = LoggerFactory.getLogger(KnownStandings.class);

  /** Transactions shorter than this are not overlooked when they commit late. */
  private static final Duration OVERLAP = Duration.ofSeconds(5);

  private final Standings standings;
  private final ConcurrentHashMap<SubscriptionKey, Standing> known = new ConcurrentHashMap<>();
  private final Set<SubscriptionKey> changing = ConcurrentHashMap.newKeySet();

  /** The longest hold of each receiver that is being written. */
  private final ConcurrentHashMap<SubscriptionKey, Duration> holding = new ConcurrentHashMap<>();

  private volatile Instant latestChange = Instant.EPOCH;

  public KnownStandings(Standings standings) {
    this.standings = standings;
  }

  /** Whether the drain alone sends to a subscription. */
  public boolean isExclusive(Tenant tenant, SubscriptionId subscription) {
    return !known.isEmpty() && is(State::isExclusive, new SubscriptionKey(tenant, subscription));
  }

  private boolean is(Predicate<State> what, SubscriptionKey key) {
    return find(key).map(Standing::state).filter(what).isPresent();
  }

  /** A receiver's standing; empty if it is in good standing. */
  public Optional<Standing> find(SubscriptionKey key) {
    return Optional.ofNullable(known.get(key));
  }

  /**
   * Opens the breaker of a receiver in good standing.
   *
   * @param answer what it answered; null: it has not
   */
  public void open(SubscriptionKey key, Standing.Reason reason, @Nullable String answer) {
    if (!is(State::isTrouble, key)) {
      changeOnce(key, () -> note(key, standings.open(key, reason, answer)));
    }
  }

  /** Leaves what comes next to the drain: more waits than the pace of the receiver allows. */
  public void overPace(SubscriptionKey key) {
    if (!is(State::isExclusive, key)) {
      changeOnce(key, () -> note(key, standings.overPace(key)));
    }
  }

  /**
   * Changes a standing, unless another thread does: when a receiver fails, hundreds of attempts see
   * it together, and each would wait for the row.
   */
  private void changeOnce(SubscriptionKey key, Runnable change) {
    if (changing.add(key)) {
      try {
        change.run();
      } finally {
        changing.remove(key);
      }
    }
  }

  /**
   * Holds a receiver, unless it is held for longer.
   *
   * <p>Waits for other changes of the receiver: without the hold, Homing would send what the
   * receiver does not want yet. Skips a hold that is no longer than one that another thread writes.
   */
  public void hold(SubscriptionKey key, String answer, Duration hold) {
    Duration written = holding.putIfAbsent(key, hold);
    if (written != null && written.compareTo(hold) >= 0) {
      return;
    }
    holding.merge(key, hold, KnownStandings::longer);
    try {
      note(key, standings.hold(key, answer, hold));
    } finally {
      holding.remove(key, hold);
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** Notes what a receiver answered, if it is in trouble and answered something else before. */
  public void answered(SubscriptionKey key, String answer) {
    find(key)
        .filter(before -> before.state().isTrouble() && !answer.equals(before.answer()))
        .ifPresent(
            before -> {
              standings.answered(key, answer);
              // Unless its standing has changed meanwhile.
              known.replace(key, before, before.withAnswer(answer));
            });
  }

  /** Changes the standing for its drain. */
  public void change(SubscriptionKey key, State state) {
    standings.change(key, state);
    standings.find(key).ifPresentOrElse(now -> note(key, now), () -> known.remove(key));
  }

  /** Reads what has changed since the last time. */
  public void refresh() {
    try {
      for (Standings.Change change : standings.changedSince(latestChange.minus(OVERLAP))) {
        if (change.standing() == null) {
          known.remove(change.key());
        } else {
          note(change.key(), change.standing());
        }
        if (change.at().isAfter(latestChange)) {
          latestChange = change.at();
        }
      }
    } catch (DataAccessException e) {
      log.warn("cannot read standings: {}", e.getMessage());
    }
  }

  private void note(SubscriptionKey key, Standing now) {
    Standing before = known.put(key, now);
    if (before == null || before.state() != now.state()) {
      log.atInfo()
          .addKeyValue("tenant", key.tenant())
          .addKeyValue("subscription_id", new SubscriptionId(key.id()).toString())
          .addKeyValue("state", now.state().word())
          .addKeyValue("reason", now.reason() == null ? null : now.reason().word())
          .addKeyValue("answer", now.answer())
          .log("standing");
    }
  }
}
