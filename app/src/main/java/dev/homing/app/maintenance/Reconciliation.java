package dev.homing.app.maintenance;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.OverdueDeliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.temporal.DeliveryRuns;
import dev.homing.activities.temporal.DeliveryRuns.Latest;
import dev.homing.app.maintenance.DeliveryRescuer.Repair;
import dev.homing.app.node.Workers;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.event.AcceptedEvent;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Does when it is asked what every node does by itself, a little at a time. */
@Component
class Reconciliation {
  private static final int SHOWN = 20;
  private static final int REPAIRED_AT_ONCE = 200;

  private final OpenEvents open;
  private final OverdueDeliveries overdue;
  private final ParkedDeliveries parked;
  private final WaitingDeliveries waiting;
  private final DeliveryRuns runs;
  private final EventRescuer events;
  private final DeliveryRescuer forsaken;
  private final Workers workers;

  Reconciliation(
      OpenEvents open,
      OverdueDeliveries overdue,
      ParkedDeliveries parked,
      WaitingDeliveries waiting,
      DeliveryRuns runs,
      EventRescuer events,
      DeliveryRescuer forsaken,
      Workers workers) {
    this.open = open;
    this.overdue = overdue;
    this.parked = parked;
    this.waiting = waiting;
    this.runs = runs;
    this.events = events;
    this.forsaken = forsaken;
    this.workers = workers;
  }

  /**
   * What needs repair now.
   *
   * @param workflows {@code known}, or {@code unknown} while Temporal does not answer
   */
  record Findings(
      OpenOnes openEvents,
      OverdueOnes overdueDeliveries,
      long parkedDeliveries,
      String workflows) {}

  /**
   * Events of which some recipient has no result.
   *
   * @param forsaken how many of them nobody is sending
   * @param forsakenIds the longest forsaken
   */
  record OpenOnes(long count, long oldestSeconds, long forsaken, List<EventId> forsakenIds) {}

  /**
   * Deliveries that are late by more than a minute.
   *
   * @param withoutWorkflow of those that no workflow has in hand the latest, from ten seconds on
   * @param withLostWorkflow of the latest that one has in hand, those that Temporal runs no longer;
   *     null while it does not answer
   */
  record OverdueOnes(
      long count,
      long latestSeconds,
      List<DeliveryId> withoutWorkflow,
      @Nullable List<DeliveryId> withLostWorkflow) {}

  Findings findings() {
    OpenEvents.Backlog backlog = open.backlog();
    OverdueDeliveries.Lateness lateness = overdue.lateness();
    List<DeliveryId> lost = withLostWorkflow();
    return new Findings(
        new OpenOnes(
            backlog.open(),
            backlog.oldest().toSeconds(),
            backlog.abandoned(),
            open.abandoned(SHOWN).stream().map(AcceptedEvent::id).toList()),
        new OverdueOnes(
            lateness.overdue(),
            lateness.latest().toSeconds(),
            ids(overdue.list(false, SHOWN)),
            lost),
        parked.count(),
        lost == null ? "unknown" : "known");
  }

  private @Nullable List<DeliveryId> withLostWorkflow() {
    try {
      return ids(
          overdue.list(true, SHOWN).stream()
              .filter(delivery -> isLost(delivery.key().id()))
              .toList());
    } catch (StatusRuntimeException away) {
      return null;
    }
  }

  private boolean isLost(DeliveryId id) {
    return switch (runs.latest(id)) {
      case Latest.None _, Latest.Ended _ -> true;
      case Latest.Asleep _, Latest.Running _, Latest.Ending _ -> false;
    };
  }

  private static List<DeliveryId> ids(List<Delivery> deliveries) {
    return deliveries.stream().map(delivery -> delivery.key().id()).toList();
  }

  /**
   * What was done.
   *
   * @param deliveriesCancelled as their workflow had been terminated, or their subscription is off
   * @param more whether others may be left: ask again
   */
  record Repairs(
      int eventsStarted,
      int deliveriesStarted,
      int deliveriesWoken,
      int deliveriesCancelled,
      boolean more) {}

  /** Throws a problem while nothing can be repaired. */
  void checkPossible() {
    if (!workers.isReady()) {
      throw Problem.temporalUnavailable();
    }
  }

  /** Also what a node has looked at a short while ago. */
  Repairs repair() {
    int leftovers = waiting.cancelForInactive();
    open.releaseClaims();
    overdue.releaseClaims();
    EventRescuer.BroughtBack started = events.bringBack(REPAIRED_AT_ONCE);
    DeliveryRescuer.BroughtBack repaired = forsaken.bringBack(REPAIRED_AT_ONCE);
    if (!started.temporalAnswers() || !repaired.temporalAnswers()) {
      throw Problem.temporalUnavailable();
    }
    return new Repairs(
        started.started(),
        repaired.count(Repair.STARTED),
        repaired.count(Repair.WOKEN),
        repaired.count(Repair.CANCELLED) + leftovers,
        started.started() == REPAIRED_AT_ONCE || repaired.all() == REPAIRED_AT_ONCE);
  }
}
