package dev.homing.app.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.sequence.Sequences;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.app.audit.Action;
import dev.homing.app.audit.AuditLog;
import dev.homing.app.maintenance.RunNotices;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.Tenant;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Retries and cancels deliveries: first in the database, then in the workflow.
 *
 * <p>So an action takes effect even while Temporal is not responding, only later.
 */
@Component
class DeliveryActions {
  private final Deliveries deliveries;
  private final WaitingDeliveries waiting;
  private final Events events;
  private final Sequences sequences;
  private final Receivers receivers;
  private final DeliveryWorkflows workflows;
  private final RunNotices runNotices;
  private final AuditLog auditLog;
  private final TransactionTemplate transaction;

  DeliveryActions(
      Deliveries deliveries,
      WaitingDeliveries waiting,
      Events events,
      Sequences sequences,
      Receivers receivers,
      DeliveryWorkflows workflows,
      RunNotices runNotices,
      AuditLog auditLog,
      TransactionTemplate transaction) {
    this.deliveries = deliveries;
    this.waiting = waiting;
    this.events = events;
    this.sequences = sequences;
    this.receivers = receivers;
    this.workflows = workflows;
    this.runNotices = runNotices;
    this.auditLog = auditLog;
    this.transaction = transaction;
  }

  /** Finds a delivery, even one without a row yet. */
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

  /** Opens a new round, due now; refuses while the first attempt is under way. */
  Delivery retry(Tenant tenant, String text) {
    Delivery delivery = find(tenant, text);
    if (delivery.state() == Delivery.State.PENDING) {
      throw Problem.conflict("The first attempt is still under way. Try again in a moment.");
    }
    if (delivery.reason() == Reason.IN_ORDER) {
      throw Problem.conflict(
          "The delivery waits for its turn behind %s.".formatted(head(delivery.key())));
    }
    if (!events.hasPayload(tenant, delivery.key().eventId())) {
      throw Problem.conflict("The payload has expired. Publish the event again.");
    }
    Receiver receiver = receivers.find(tenant, delivery.key().subscriptionId()).orElseThrow();
    switch (receiver.status()) {
      case ACTIVE, UNREADABLE -> {}
      case PAUSED ->
          throw Problem.conflict(
              "The subscription is paused. Enable it, and the delivery is sent.");
      case GONE ->
          throw Problem.conflict(
              "The subscription was disabled because its receiver answered 410. Enable it first.");
      case OPTED_OUT ->
          throw Problem.conflict(
              "The subscription was disabled because its receiver asked for it. Enable it first.");
      case FAILING ->
          throw Problem.conflict(
              "The subscription was disabled because its receiver only failed. Enable it first.");
      case DELETED ->
          throw Problem.conflict(
              "The subscription was deleted, so the delivery cannot be sent any more.");
    }
    transaction.executeWithoutResult(
        _ -> {
          waiting.openRound(tenant, delivery.key().id());
          auditLog.add(tenant, Action.DELIVERY_RETRIED, text);
        });
    Delivery opened = find(tenant, text);
    // If this fails, it is found overdue.
    var unused = workflows.startOrWake(opened, receiver, () -> deliveries.isUntaken(opened));
    return find(tenant, text);
  }

  /** The delivery that has its turn, to be retried or cancelled first. */
  private String head(Delivery.Key key) {
    return Optional.ofNullable(events.orderingKey(key.tenant(), key.eventId()))
        .flatMap(orderingKey -> sequences.head(key.tenant(), key.subscriptionId(), orderingKey))
        .map(DeliveryId::toString)
        .orElse("one that has just ended");
  }

  /** Cancels a delivery; an attempt under way finishes and may still deliver it. */
  Delivery cancel(Tenant tenant, String text) {
    Delivery delivery = find(tenant, text);
    boolean cancelled =
        requireNonNull(
            transaction.execute(
                _ -> {
                  boolean changed = waiting.cancel(delivery.key(), Reason.CANCELLED);
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
