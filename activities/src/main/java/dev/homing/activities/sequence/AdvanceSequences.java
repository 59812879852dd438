package dev.homing.activities.sequence;

import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptListener;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Receivers of deliveries that an attempt of this node has ended lately. */
  private final Map<SubscriptionKey, Receiver> ended = new ConcurrentHashMap<>();

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
      ended.put(
          new SubscriptionKey(context.key().tenant(), context.key().subscriptionId()),
          context.receiver());
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
      Receiver receiver = ended.remove(key);
      if (receiver != null && advance(key, receiver)) {
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
            .filter(receiver -> advance(key, receiver))
            .ifPresent(_ -> advanced.add(key));
      }
    } catch (DataAccessException e) {
      log.warn("cannot look for sequences to advance: {}", e.getMessage());
    }
    return advanced;
  }

  private boolean advance(SubscriptionKey key, Receiver receiver) {
    try {
      return sequences.advance(new Tenant(key.tenant()), receiver);
    } catch (DataAccessException e) {
      log.warn("cannot advance the sequences of {}: {}", receiver.id(), e.getMessage());
      return false; // The next round does.
    }
  }
}
