package dev.homing.app.delivery;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryWorkflows;
import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.http.Problem;
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
class Wishes {
  private final Deliveries deliveries;
  private final Events events;
  private final Receivers receivers;
  private final DeliveryWorkflows workflows;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;

  Wishes(
      Deliveries deliveries,
      Events events,
      Receivers receivers,
      DeliveryWorkflows workflows,
      AuditLog auditLog,
      TransactionTemplate transaction) {
    this.deliveries = deliveries;
    this.events = events;
    this.receivers = receivers;
    this.workflows = workflows;
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
          deliveries.openRound(tenant, delivery.key().id());
          auditLog.add(tenant, Action.DELIVERY_RETRIED, text);
        });
    workflows.startOrWake(delivery.key(), receiver);
    return find(tenant, text);
  }

  /** An attempt under way is finished: if it delivers, the delivery is delivered. */
  Delivery cancel(Tenant tenant, String text) {
    Delivery delivery = find(tenant, text);
    transaction.executeWithoutResult(
        _ -> {
          deliveries.cancel(delivery.key(), "cancelled");
          auditLog.add(tenant, Action.DELIVERY_CANCELLED, text);
        });
    Delivery after = find(tenant, text);
    switch (after.state()) {
      case DELIVERED, FAILED ->
          throw Problem.conflict("It is %s already.".formatted(after.state().word()));
      case CANCELLED, HELD, PENDING, RETRYING -> workflows.cancel(after.key().id());
    }
    return after;
  }
}
