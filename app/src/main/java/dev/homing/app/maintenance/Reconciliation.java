package dev.homing.app.maintenance;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.OverdueDeliveries;
import dev.homing.activities.delivery.ParkedDeliveries;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.temporal.DeliveryRuns;
import dev.homing.activities.temporal.WorkflowRuns.Latest;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.maintenance.DeliveryRescuer.Repair;
import dev.homing.app.node.Workers;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Runs on request the repairs that every node does by itself in small rounds. */
@Component
public class Reconciliation {
  private static final int MAX_SHOWN = 20;
  private static final int REPAIR_LIMIT = 200;

  private final OpenEvents open;
  private final OverdueDeliveries overdue;
  private final ParkedDeliveries parked;
  private final WaitingDeliveries waiting;
  private final DeliveryRuns runs;
  private final EventRescuer events;
  private final DeliveryRescuer deliveries;
  private final Workers workers;
  private final AuditLog auditLog;

  Reconciliation(
      OpenEvents open,
      OverdueDeliveries overdue,
      ParkedDeliveries parked,
      WaitingDeliveries waiting,
      DeliveryRuns runs,
      EventRescuer events,
      DeliveryRescuer deliveries,
      Workers workers,
      AuditLog auditLog) {
    this.open = open;
    this.overdue = overdue;
    this.parked = parked;
    this.waiting = waiting;
    this.runs = runs;
    this.events = events;
    this.deliveries = deliveries;
    this.workers = workers;
    this.auditLog = auditLog;
  }

  /**
   * What this node found when it last looked by itself, which it does every few seconds.
   *
   * @param abandonedEvents open events that no node is sending
   * @param overdueDeliveries late by more than a minute
   * @param parkedDeliveries held back by an internal fault
   */
  public record LastLook(long abandonedEvents, long overdueDeliveries, long parkedDeliveries) {}

  /** Costs nothing: pages that are read often show it. */
  public LastLook lastLook() {
    return new LastLook(events.abandoned(), deliveries.overdue(), deliveries.parked());
  }

  /**
   * Events and deliveries that need repair now.
   *
   * @param workflows {@code known}, or {@code unknown} while Temporal does not answer
   */
  public record Findings(
      OpenFindings openEvents,
      OverdueFindings overdueDeliveries,
      long parkedDeliveries,
      String workflows) {}

  /**
   * Events of which some recipient has no result.
   *
   * @param forsaken how many of them no node is sending
   * @param forsakenIds some of these, the longest abandoned first
   */
  public record OpenFindings(
      long count, long oldestSeconds, long forsaken, List<EventId> forsakenIds) {}

  /**
   * Deliveries that are overdue by more than a minute.
   *
   * @param withoutWorkflow the latest without a workflow, overdue by ten seconds or more
   * @param withLostWorkflow of the latest with a workflow, those that Temporal no longer runs; null
   *     while Temporal does not answer
   */
  public record OverdueFindings(
      long count,
      long latestSeconds,
      List<DeliveryId> withoutWorkflow,
      @Nullable List<DeliveryId> withLostWorkflow) {}

  /** Looks for what needs repair, and asks Temporal about some of it. */
  public Findings findings() {
    OpenEvents.Backlog backlog = open.backlog();
    OverdueDeliveries.Lateness lateness = overdue.lateness();
    List<DeliveryId> lost = withLostWorkflow();
    return new Findings(
        new OpenFindings(
            backlog.open(),
            backlog.oldest().toSeconds(),
            backlog.abandoned(),
            open.abandoned(MAX_SHOWN).stream().map(AcceptedEvent::id).toList()),
        new OverdueFindings(
            lateness.overdue(),
            lateness.latest().toSeconds(),
            ids(overdue.list(false, MAX_SHOWN)),
            lost),
        parked.count(),
        lost == null ? "unknown" : "known");
  }

  private @Nullable List<DeliveryId> withLostWorkflow() {
    try {
      return ids(
          overdue.list(true, MAX_SHOWN).stream()
              .filter(delivery -> isLost(delivery.key().id()))
              .toList());
    } catch (StatusRuntimeException e) {
      return null;
    }
  }

  private boolean isLost(DeliveryId id) {
    return switch (runs.latest(id)) {
      case Latest.None _, Latest.Ended _ -> true;
      case Latest.Asleep _, Latest.Running _, Latest.Paused _, Latest.Ending _ -> false;
    };
  }

  private static List<DeliveryId> ids(List<Delivery> deliveries) {
    return deliveries.stream().map(delivery -> delivery.key().id()).toList();
  }

  /**
   * Counts of what was repaired.
   *
   * @param deliveriesCancelled cancelled, as their workflow was terminated or subscription inactive
   * @param more whether others may be left, so that the request should be repeated
   */
  public record Repairs(
      int eventsStarted,
      int deliveriesStarted,
      int deliveriesWoken,
      int deliveriesCancelled,
      boolean more) {}

  /**
   * Repairs at once, including what a node has checked a short while ago; a problem while Temporal
   * does not answer.
   *
   * @param tenant whose entry in the audit log it is
   */
  public Repairs repair(Tenant tenant) {
    if (!workers.isReady()) {
      throw Problem.temporalUnavailable();
    }
    auditLog.add(tenant, Action.REPAIR_REQUESTED, "all");
    int cancelled = waiting.cancelForInactive();
    open.releaseClaims();
    overdue.releaseClaims();
    EventRescuer.Rescued rescuedEvents = events.rescue(REPAIR_LIMIT);
    DeliveryRescuer.Rescued rescuedDeliveries = deliveries.rescue(REPAIR_LIMIT);
    if (!rescuedEvents.temporalAnswers() || !rescuedDeliveries.temporalAnswers()) {
      throw Problem.temporalUnavailable();
    }
    return new Repairs(
        rescuedEvents.started(),
        rescuedDeliveries.count(Repair.STARTED),
        rescuedDeliveries.count(Repair.WOKEN),
        rescuedDeliveries.count(Repair.CANCELLED) + cancelled,
        rescuedEvents.started() == REPAIR_LIMIT
            || rescuedDeliveries.all() == REPAIR_LIMIT
            || cancelled == WaitingDeliveries.MOST_CHANGED);
  }
}
