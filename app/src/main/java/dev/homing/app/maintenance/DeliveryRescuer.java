package dev.homing.app.maintenance;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.OverdueDeliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.temporal.DeliveryRuns;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.activities.temporal.WorkflowRuns.Latest;
import dev.homing.app.node.Workers;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Rescues overdue deliveries that no workflow is finishing.
 *
 * <p>Their workflow was not started, because Temporal was down at the time or an operator
 * terminated the event's workflow; or it was lost with Temporal's database; or it sleeps too long,
 * because it could not be woken. Any number of nodes do this side by side: each claims a few at a
 * time.
 */
@Component
public class DeliveryRescuer {
  private static final Logger log = LoggerFactory.getLogger(DeliveryRescuer.class);

  /** Deliveries that are rescued in a round. */
  private static final int ROUND_SIZE = 100;

  /** How soon a delivery that was handled may be claimed again. */
  private static final Duration RECHECK = Duration.ofMinutes(10);

  /** How soon one whose workflow is at work may be claimed again. */
  private static final Duration RECHECK_AT_WORK = Duration.ofMinutes(1);

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
        .description("Deliveries that are overdue by more than a minute")
        .register(metrics);
    Gauge.builder("homing.deliveries.overdue.oldest.seconds", () -> lateness.latest().toSeconds())
        .description("How overdue the latest of them is")
        .register(metrics);
    Gauge.builder("homing.deliveries.parked", () -> parked)
        .description("Deliveries that an internal fault holds back")
        .register(metrics);
  }

  void rescue() {
    try {
      if (workers.isReady()) {
        var unused = rescue(ROUND_SIZE);
      }
      lateness = overdue.lateness();
      parked = parkedDeliveries.count();
    } catch (DataAccessException e) {
      log.warn("cannot rescue overdue deliveries: {}", e.getMessage());
    }
  }

  /** How many deliveries were overdue when this node last looked. */
  long overdue() {
    return lateness.overdue();
  }

  /** How many deliveries were parked when this node last looked. */
  long parked() {
    return parked;
  }

  void cancelForInactive() {
    try {
      int cancelled;
      do {
        cancelled = waiting.cancelForInactive();
        if (cancelled > 0) {
          log.info("cancelled {} deliveries to inactive subscriptions", cancelled);
        }
      } while (cancelled == WaitingDeliveries.MOST_CHANGED);
    } catch (DataAccessException e) {
      log.warn("cannot cancel deliveries to inactive subscriptions: {}", e.getMessage());
    }
  }

  /** What was done about an overdue delivery. */
  public enum Repair {
    STARTED,
    WOKEN,
    /** An operator had terminated its workflow. */
    CANCELLED,
    /** An operator paused its workflow, or its subscription is gone. */
    NOT_NEEDED,
    /** Its workflow is at work, or Temporal has lost the activity, which then times out. */
    AT_WORK,
    /** Its earlier run is still ending: it is checked again in a moment. */
    POSTPONED
  }

  /**
   * How many overdue deliveries were handled, by repair.
   *
   * @param temporalAnswers false: the others wait until Temporal does
   */
  public record Rescued(Map<Repair, Integer> repairs, boolean temporalAnswers) {
    public int all() {
      return repairs.values().stream().mapToInt(Integer::intValue).sum();
    }

    public int count(Repair repair) {
      return repairs.getOrDefault(repair, 0);
    }
  }

  /** Rescues up to {@code limit} deliveries; claims of those not repaired expire. */
  public Rescued rescue(int limit) {
    Map<Repair, Integer> repairs = new EnumMap<>(Repair.class);
    boolean temporalAnswers =
        Claims.handle(
            limit,
            overdue::claim,
            delivery -> {
              Optional<Repair> repair = repair(delivery);
              repair.ifPresent(
                  done -> {
                    repairs.merge(done, 1, Integer::sum);
                    defer(delivery, done);
                  });
              return repair.isPresent();
            });
    return new Rescued(repairs, temporalAnswers);
  }

  private void defer(Delivery delivery, Repair done) {
    switch (done) {
      case STARTED, WOKEN, CANCELLED, NOT_NEEDED -> overdue.defer(delivery.key(), RECHECK);
      case AT_WORK -> overdue.defer(delivery.key(), RECHECK_AT_WORK);
      case POSTPONED -> {} // Its claim expires.
    }
  }

  /** Repairs one delivery; empty if Temporal does not answer. */
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
        case Latest.Running _ -> Optional.of(Repair.AT_WORK);
        case Latest.Paused _, Latest.Ending _ -> Optional.of(Repair.NOT_NEEDED);
      };
    } catch (StatusRuntimeException e) {
      log.warn("cannot look up {} in Temporal: {}", delivery.key().id(), e.getMessage());
      return Optional.empty();
    }
  }

  /** Starts a workflow, or wakes the one that already runs. */
  private Optional<Repair> start(Delivery delivery) {
    Delivery.Key key = delivery.key();
    Optional<Receiver> receiver = receivers.find(key.tenant(), key.subscriptionId());
    if (receiver.isEmpty()) {
      return Optional.of(Repair.NOT_NEEDED);
    }
    return switch (workflows.startOrWake(
        delivery, receiver.get(), () -> deliveries.isUntaken(delivery))) {
      case YES -> Optional.of(Repair.STARTED);
      case AT_WORK -> Optional.of(Repair.AT_WORK);
      case NOT_YET -> Optional.of(Repair.POSTPONED);
      case NO_ANSWER -> Optional.empty();
    };
  }

  private Repair cancel(Delivery delivery, String run) {
    return deliveries.cancelRun(delivery.key().id(), run, Reason.TERMINATED)
        ? Repair.CANCELLED
        : Repair.NOT_NEEDED;
  }

  private Repair wake(Delivery delivery) {
    return workflows.wake(delivery.key().id()) ? Repair.WOKEN : Repair.NOT_NEEDED;
  }
}
