package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.RecordedAttempt;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.app.page.Outcomes;
import dev.homing.app.page.Text;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Prepares deliveries for tables. */
@Component
public class DeliveryRows {
  private final RecordedAttempts attempts;
  private final Subscriptions subscriptions;

  DeliveryRows(RecordedAttempts attempts, Subscriptions subscriptions) {
    this.attempts = attempts;
    this.subscriptions = subscriptions;
  }

  /**
   * A row.
   *
   * @param subscriptionId null: it was deleted, so there is no page
   * @param place the receiver's URL without its scheme
   * @param tone how urgent the state is
   * @param note why it is in its state; empty: the state says it
   * @param answer what came back last; empty: nothing yet
   * @param took of the last attempt; empty: there is none
   * @param next when it is attempted again; null: not by itself
   */
  public record Row(
      String id,
      String eventId,
      String eventType,
      @Nullable String subscriptionId,
      String place,
      String state,
      String tone,
      String note,
      int attempts,
      String answer,
      String took,
      @Nullable Instant next,
      Instant createdAt) {}

  /** Rows in the same order, with what came back last. */
  public List<Row> of(Tenant tenant, List<Delivery> deliveries) {
    Map<DeliveryId, RecordedAttempt> last =
        attempts.last(tenant, deliveries.stream().map(each -> each.key().id()).toList());
    Map<SubscriptionId, Subscription> receivers =
        subscriptions.findAll(
            tenant,
            deliveries.stream().map(each -> each.key().subscriptionId()).distinct().toList());
    return deliveries.stream()
        .map(
            delivery ->
                row(
                    delivery,
                    last.get(delivery.key().id()),
                    receivers.get(delivery.key().subscriptionId())))
        .toList();
  }

  private static Row row(
      Delivery delivery, @Nullable RecordedAttempt last, @Nullable Subscription receiver) {
    Delivery.Key key = delivery.key();
    return new Row(
        key.id().toString(),
        key.eventId().toString(),
        key.eventType(),
        receiver == null || receiver.isDeleted() ? null : key.subscriptionId().toString(),
        receiver == null ? "" : Text.place(receiver.terms().url()),
        delivery.state().word(),
        Explanation.tone(delivery.state()),
        Explanation.note(delivery),
        delivery.attemptCount(),
        last == null ? "" : Outcomes.brief(last.outcome(), last.statusCode()),
        last == null ? "" : Text.millis(last.tookMillis()),
        delivery.state() == Delivery.State.RETRYING ? delivery.nextAttemptAt() : null,
        delivery.createdAt());
  }
}
