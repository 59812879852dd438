package dev.homing.app.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.Problem;
import dev.homing.app.maintenance.RunNotices;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Tenant;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What people want of a delivery: the ledger has it first, then its workflow hears of it.
 *
 * <p>So a wish is fulfilled also when Temporal does not answer, only later.
 */
@Component
class DeliveryActions {
  private final Deliveries deliveries;
  private final WaitingDeliveries waiting;
  private final Events events;
  private final Receivers receivers;
  private final DeliveryWorkflows workflows;
  private final RunNotices runNotices;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;

  DeliveryActions(
      Deliveries deliveries,
      WaitingDeliveries waiting,
      Events events,
      Receivers receivers,
      DeliveryWorkflows workflows,
      RunNotices runNotices,
      AuditLog auditLog,
      TransactionTemplate transaction) {
    this.deliveries = deliveries;
    this.waiting = waiting;
    this.events = events;
    this.receivers = receivers;
    this.workflows = workflows;
    this.runNotices = runNotices;
    this.auditLog = auditLog;
    this.transaction = transaction;
  }

  /** Also one that has no row yet. */
  Delivery find(Tenant tenant, String text) {
    DeliveryId id = DeliveryId.read(text).orElseThrow(() -> Problem.notFound("delivery", text));
    return deliveries
        .find(tenant, id)
        .or(() -> pending(tenant, id))
        .orElseThrow(() -> Problem.notFound("delivery", text));
  }

  private Optional<Delivery> pending(Tenant tenant, DeliveryId id) {
    return events
        .recipient(tenant, id)
        .map(
            recipient ->
                Delivery.pending(
                    new Delivery.Key(
                        tenant,
                        recipient.event().id(),
                        recipient.event().type(),
                        recipient.subscription())));
  }

  /** Opens a new round, due now; a first attempt that is on its way is not doubled. */
  Delivery retry(Tenant tenant, String text) {
    Delivery delivery = find(tenant, text);
    if (delivery.state() == Delivery.State.PENDING) {
      throw Problem.conflict("Its first attempt is on its way: look again in a moment.");
    }
    if (!events.hasPayload(tenant, delivery.key().eventId())) {
      throw Problem.conflict("Its payload is kept no longer: publish the event anew.");
    }
    Receiver receiver = receivers.find(tenant, delivery.key().subscriptionId()).orElseThrow();
    switch (receiver.standing()) {
      case ACTIVE, UNREADABLE -> {}
      case PAUSED ->
          throw Problem.conflict("Its subscription is paused: enable it, and it is sent.");
      case GONE ->
          throw Problem.conflict(
              "Its subscription was disabled because its receiver answered 410: enable it first.");
      case DELETED ->
          throw Problem.conflict("Its subscription was deleted: nobody receives it any more.");
    }
    transaction.executeWithoutResult(
        _ -> {
          waiting.openRound(tenant, delivery.key().id());
          auditLog.add(tenant, Action.DELIVERY_RETRIED, text);
        });
    Delivery opened = find(tenant, text);
    var unused = workflows.startOrWake(opened, receiver); // If not now, it is found overdue.
    return find(tenant, text);
  }

  /** An attempt under way is finished: if it delivers, the delivery is delivered. */
  Delivery cancel(Tenant tenant, String text) {
    Delivery delivery = find(tenant, text);
    boolean cancelled =
        requireNonNull(
            transaction.execute(
                _ -> {
                  boolean changed = waiting.cancel(delivery.key(), "cancelled");
                  if (changed) {
                    auditLog.add(tenant, Action.DELIVERY_CANCELLED, text);
                  }
                  return changed;
                }));
    if (cancelled) {
      runNotices.sendSoon();
    }
    Delivery after = find(tenant, text);
    if (!cancelled && after.state() != Delivery.State.CANCELLED) {
      throw Problem.conflict("The delivery is already %s.".formatted(after.state().word()));
    }
    return after;
  }
}
