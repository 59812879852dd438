package dev.homing.activities.sequence;

import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptListener;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Advances sequences whose head is over: at once after attempts of this node, all others by and by.
 */
public final class AdvanceSequences implements AttemptListener {
  private static final Logger log = LoggerFactory.getLogger(AdvanceSequences.class);

  /** Subscriptions whose sequences are advanced in a round. */
  private static final int ROUND_SIZE = 100;

  private final Sequences sequences;
  private final Receivers receivers;

  /** Deliveries that an attempt of this node has ended lately. */
  private final Map<SubscriptionKey, Ended> ended = new ConcurrentHashMap<>();

  public AdvanceSequences(Sequences sequences, Receivers receivers) {
    this.sequences = sequences;
    this.receivers = receivers;
  }

  /** Does nothing after an attempt of a drain, which advances sequences itself. */
  @Override
  public void recorded(AttemptContext context, Attempt attempt, Delivery after) {
    if (context.order() != null
        && after.state().isOver()
        && context.lane() != AttemptContext.Lane.BACKLOG) {
      ended.merge(
          context.key().subscription(),
          new Ended(context.receiver(), List.of(context.key().id())),
          Ended::and);
    }
  }

  private record Ended(Receiver receiver, List<DeliveryId> deliveries) {
    Ended and(Ended later) {
      List<DeliveryId> both = new ArrayList<>(deliveries);
      both.addAll(later.deliveries);
      return new Ended(later.receiver, both);
    }
  }

  /**
   * Advances sequences after attempts of this node; asks the database only if one has ended.
   *
   * @return the subscriptions of which a delivery got its turn
   */
  public List<SubscriptionKey> advanceEnded() {
    List<SubscriptionKey> advanced = new ArrayList<>();
    for (SubscriptionKey key : List.copyOf(ended.keySet())) {
      Ended lately = ended.remove(key);
      if (lately != null
          && advances(
              key, tenant -> sequences.advance(tenant, lately.receiver, lately.deliveries))) {
        advanced.add(key);
      }
    }
    return advanced;
  }

  /**
   * Advances the sequences of all tenants.
   *
   * @return the subscriptions of which a delivery got its turn
   */
  public List<SubscriptionKey> advanceAll() {
    List<SubscriptionKey> advanced = new ArrayList<>();
    try {
      for (SubscriptionKey key : sequences.ended(ROUND_SIZE)) {
        receivers
            .find(new Tenant(key.tenant()), new SubscriptionId(key.id()))
            .filter(receiver -> advances(key, tenant -> sequences.advance(tenant, receiver)))
            .ifPresent(_ -> advanced.add(key));
      }
    } catch (DataAccessException e) {
      log.warn("cannot look for sequences to advance: {}", e.getMessage());
    }
    return advanced;
  }

  private static boolean advances(SubscriptionKey key, Predicate<Tenant> advance) {
    try {
      return advance.test(new Tenant(key.tenant()));
    } catch (DataAccessException e) {
      log.warn(
          "cannot advance the sequences of {}: {}", new SubscriptionId(key.id()), e.getMessage());
      return false; // The next look at all does.
    }
  }
}
