package dev.homing.app.maintenance;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.OverdueDeliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.temporal.DeliveryRuns;
import dev.homing.activities.temporal.DeliveryRuns.Latest;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.app.node.Workers;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Brings back deliveries that are overdue and that no workflow brings to their end.
 *
 * <p>Their workflow was not started, as Temporal was away when somebody asked for it, or somebody
 * terminated the event's; or it was lost with Temporal's database; or it sleeps too long, as nobody
 * could wake it. Any number of nodes do so beside each other: each claims a few at a time.
 */
@Component
public class DeliveryRescuer {
  private static final Logger log = LoggerFactory.getLogger(DeliveryRescuer.class);
  private static final int AT_ONCE = 100;
  private static final int CLAIMED_TOGETHER = 10;
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

  private final Deliveries deliveries;
  private final OverdueDeliveries overdue;
  private final ParkedDeliveries parkedDeliveries;
  private final WaitingDeliveries waiting;
  private final Receivers receivers;
  private final DeliveryWorkflows workflows;
  private final DeliveryRuns runs;
  private final Workers workers;
  private volatile OverdueDeliveries.Lateness lateness = OverdueDeliveries.Lateness.NONE;
  private volatile long parked;

  DeliveryRescuer(
      Deliveries deliveries,
      OverdueDeliveries overdue,
      ParkedDeliveries parkedDeliveries,
      WaitingDeliveries waiting,
      Receivers receivers,
      DeliveryWorkflows workflows,
      DeliveryRuns runs,
      Workers workers,
      MeterRegistry metrics) {
    this.deliveries = deliveries;
    this.overdue = overdue;
    this.parkedDeliveries = parkedDeliveries;
    this.waiting = waiting;
    this.receivers = receivers;
    this.workflows = workflows;
    this.runs = runs;
    this.workers = workers;
    Gauge.builder("homing.deliveries.overdue", () -> lateness.overdue())
        .description("Deliveries that are late by more than a minute")
        .register(metrics);
    Gauge.builder("homing.deliveries.overdue.oldest.seconds", () -> lateness.latest().toSeconds())
        .description("How late the latest of them is")
        .register(metrics);
    Gauge.builder("homing.deliveries.parked", () -> parked)
        .description("Deliveries that a fault of ours keeps back")
        .register(metrics);
  }

  void rescue() {
    try {
      if (workers.isReady()) {
        var unused = bringBack(AT_ONCE);
      }
      lateness = overdue.lateness();
      parked = parkedDeliveries.count();
    } catch (DataAccessException away) {
      log.warn("overdue deliveries cannot be read: {}", away.getMessage());
    }
  }

  void cancelForInactive() {
    try {
      int cancelled = waiting.cancelForInactive();
      if (cancelled > 0) {
        log.info("cancelled {} deliveries to subscriptions that are off", cancelled);
      }
    } catch (DataAccessException away) {
      log.warn("deliveries to subscriptions that are off cannot be read: {}", away.getMessage());
    }
  }

  /** What was done about an overdue delivery. */
  public enum Repair {
    STARTED,
    WOKEN,
    /** Somebody had terminated its workflow. */
    CANCELLED,
    /** Its workflow is at work, or somebody paused it. */
    LEFT,
    /** Its earlier run is still ending: it is looked at again in a moment. */
    POSTPONED
  }

  /**
   * What was done about overdue deliveries.
   *
   * @param temporalAnswers false: the others wait until it does
   */
  public record BroughtBack(Map<Repair, Integer> repairs, boolean temporalAnswers) {
    public int all() {
      return repairs.values().stream().mapToInt(Integer::intValue).sum();
    }

    public int count(Repair repair) {
      return repairs.getOrDefault(repair, 0);
    }
  }

  /** So many at most; what is claimed and not repaired is free again after a while. */
  public BroughtBack bringBack(int most) {
    Map<Repair, Integer> repairs = new EnumMap<>(Repair.class);
    for (int done = 0; done < most; ) {
      List<Delivery> claimed = overdue.claim(Math.min(CLAIMED_TOGETHER, most - done));
      if (claimed.isEmpty()) {
        break;
      }
      for (Delivery delivery : claimed) {
        Optional<Repair> repair = repair(delivery);
        if (repair.isEmpty()) {
          return new BroughtBack(repairs, false);
        }
        if (repair.get() != Repair.POSTPONED) {
          overdue.defer(delivery.key(), LOOK_AGAIN);
        }
        repairs.merge(repair.get(), 1, Integer::sum);
        done++;
      }
    }
    return new BroughtBack(repairs, true);
  }

  /** Empty if Temporal does not answer. */
  private Optional<Repair> repair(Delivery delivery) {
    String run = delivery.runId();
    if (run == null) {
      return start(delivery);
    }
    try {
      return switch (runs.latest(delivery.key().id())) {
        case Latest.None _ -> start(delivery);
        case Latest.Ended(var latest, var terminated) when terminated && latest.equals(run) ->
            Optional.of(cancel(delivery, run));
        case Latest.Ended _ -> start(delivery);
        case Latest.Asleep _ -> Optional.of(wake(delivery));
        case Latest.Running _, Latest.Ending _ -> Optional.of(Repair.LEFT);
      };
    } catch (StatusRuntimeException away) {
      log.warn("Temporal did not tell of {}: {}", delivery.key().id(), away.getMessage());
      return Optional.empty();
    }
  }

  /** One that runs already is only woken. */
  private Optional<Repair> start(Delivery delivery) {
    Delivery.Key key = delivery.key();
    Optional<Receiver> receiver = receivers.find(key.tenant(), key.subscriptionId());
    if (receiver.isEmpty()) {
      return Optional.of(Repair.LEFT);
    }
    return switch (workflows.startOrWake(delivery, receiver.get())) {
      case YES -> Optional.of(Repair.STARTED);
      case NOT_YET -> Optional.of(Repair.POSTPONED);
      case NO_ANSWER -> Optional.empty();
    };
  }

  private Repair cancel(Delivery delivery, String run) {
    return deliveries.cancelRun(delivery.key().id(), run, "terminated")
        ? Repair.CANCELLED
        : Repair.LEFT;
  }

  private Repair wake(Delivery delivery) {
    return workflows.wake(delivery.key().id()) ? Repair.WOKEN : Repair.LEFT;
  }
}
