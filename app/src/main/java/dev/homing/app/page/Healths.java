package dev.homing.app.page;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.standing.StandingList;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads how subscriptions do, with three statements for a whole page of them. */
@Component
public class Healths {
  private static final BacklogCounts.Size NOTHING = new BacklogCounts.Size(0, null);

  private final StandingList standings;
  private final FailingSubscriptions failing;
  private final BacklogCounts counts;

  Healths(StandingList standings, FailingSubscriptions failing, BacklogCounts counts) {
    this.standings = standings;
    this.failing = failing;
    this.counts = counts;
  }

  /**
   * How one subscription does.
   *
   * @param waiting how much waits, like {@code 1,000+}; empty: nothing
   * @param oldest when the oldest of it was accepted; null: nothing waits
   */
  public record Reading(Health health, String waiting, @Nullable Instant oldest) {}

  /** Reads those of one tenant, in their order; what waits is counted up to 1,000 of each. */
  public Map<SubscriptionId, Reading> of(Tenant tenant, Collection<Subscription> subscriptions) {
    List<SubscriptionId> ids = subscriptions.stream().map(Subscription::id).toList();
    Map<SubscriptionId, BacklogCounts.Size> sizes = counts.waiting(tenant, ids);
    Map<SubscriptionId, Standing> known = standings.of(tenant, ids);
    Map<SubscriptionId, Instant> since = failing.since(tenant, ids);
    Map<SubscriptionId, Reading> readings = new LinkedHashMap<>();
    for (Subscription each : subscriptions) {
      BacklogCounts.Size size = sizes.getOrDefault(each.id(), NOTHING);
      readings.put(
          each.id(),
          reading(
              each,
              Optional.ofNullable(known.get(each.id())),
              size,
              since.get(each.id()),
              BacklogCounts.COUNTED_OF_EACH));
    }
    return readings;
  }

  /** Reads one; what waits is counted up to 10,000. */
  public Reading of(Tenant tenant, Subscription subscription) {
    List<SubscriptionId> id = List.of(subscription.id());
    return reading(
        subscription,
        Optional.ofNullable(standings.of(tenant, id).get(subscription.id())),
        counts.waiting(new SubscriptionKey(tenant, subscription.id())),
        failing.since(tenant, id).get(subscription.id()),
        BacklogCounts.COUNTED);
  }

  private static Reading reading(
      Subscription subscription,
      Optional<Standing> standing,
      BacklogCounts.Size size,
      @Nullable Instant failing,
      int limit) {
    return new Reading(
        Health.of(subscription, standing, size, failing),
        size.waiting() == 0 ? "" : Text.number(size.waiting(), limit),
        size.oldest());
  }
}
