package dev.homing.activities.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Submission;
import dev.homing.activities.lane.Content;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.routing.Route;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.event.AcceptedEvent;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Events for a subscription that orders them. */
final class OrderedEvents {
  final SubscriptionId subscription;
  private final Ledger ledger;

  OrderedEvents(Ledger ledger, String url) {
    this.ledger = ledger;
    this.subscription = SampleSubscriptions.ordered(ledger.tenant, url, Node.TYPE);
  }

  Submission alone(@Nullable String orderingKey) {
    return submission(orderingKey, null);
  }

  Submission submission(@Nullable String orderingKey, @Nullable String idempotencyKey) {
    return new Submission(
        ledger.tenant,
        Node.TYPE,
        "text/plain",
        Node.PAYLOAD,
        idempotencyKey,
        null,
        orderingKey,
        Route.UNKNOWN,
        0);
  }

  Acceptance.New acceptOne(String orderingKey) {
    return accept(alone(orderingKey)).getFirst();
  }

  List<Acceptance.New> accept(Submission... submissions) {
    return ledger.node.accepting.accept(List.of(submissions)).stream()
        .map(Acceptance.New.class::cast)
        .toList();
  }

  static void begin(Node node, Acceptance.New accepted, @Nullable String orderingKey) {
    AcceptedEvent event = accepted.lease().event();
    node.earlyStart.begin(accepted, new Content(event, "text/plain", Node.PAYLOAD, orderingKey, 0));
  }

  /** Delivers it. */
  void end(Acceptance.New accepted) {
    assertThat(ledger.record(first(key(accepted)), SampleAttempts.delivered()).state())
        .isEqualTo(State.DELIVERED);
  }

  /** An attempt of the express lane. */
  AttemptContext first(Delivery.Key key) {
    return ledger.first(key).withKey("a");
  }

  Delivery.Key key(Acceptance.New accepted) {
    AcceptedEvent event = accepted.lease().event();
    return new Delivery.Key(ledger.tenant, event.id(), event.type(), subscription);
  }

  DeliveryId id(Acceptance.New accepted) {
    return key(accepted).id();
  }

  Delivery find(Acceptance.New accepted) {
    return ledger.find(key(accepted));
  }

  /** What waits in a sequence, in its order. */
  List<DeliveryId> entries(String key) {
    return Postgres.jdbc()
        .sql(
            """
            select delivery_id from sequence_entries
            where tenant = :tenant and ordering_key = :key order by number
            """)
        .param("tenant", ledger.tenant.name())
        .param("key", key)
        .query((row, _) -> new DeliveryId(row.getObject(1, UUID.class)))
        .list();
  }

  long lastNumber(String key) {
    return Postgres.jdbc()
        .sql("select last_number from sequences where tenant = :tenant and ordering_key = :key")
        .param("tenant", ledger.tenant.name())
        .param("key", key)
        .query(Long.class)
        .single();
  }
}
