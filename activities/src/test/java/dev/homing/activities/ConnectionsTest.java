package dev.homing.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.event.Events;
import dev.homing.activities.list.BoundedList;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Queries outside a transaction return their connection to the pool. */
@Isolated("as it counts connections that all use")
class ConnectionsTest {
  private final Tenant tenant = Postgres.newTenant();
  private final Node node = new Node();
  private final SubscriptionId subscription = SampleSubscriptions.active(tenant, "http://a.test/");
  private final AcceptedEvent event = node.accept(tenant, subscription);
  private int before;

  @BeforeEach
  void count() {
    before = Postgres.inUse();
  }

  @AfterEach
  void areReturned() {
    assertThat(Postgres.inUse()).isEqualTo(before);
  }

  @Test
  void lookingUpReceiversReturnsTheConnection() {
    assertThat(node.receivers.find(tenant, List.of(subscription, SampleIds.subscription())))
        .containsOnlyKeys(subscription);
  }

  @Test
  void countingDeliveriesReturnsTheConnection() {
    assertThat(node.list.counts(tenant, event.id())).isEmpty();
    assertThat(node.deliveries.of(tenant, event.id())).isEmpty();
  }

  @Test
  void lookingForARecipientReturnsTheConnection() {
    Events.Event kept = node.events.find(tenant, event.id()).orElseThrow();
    Events.Recipient recipient = new Events.Recipient(kept, subscription);

    assertThat(node.events.recipient(tenant, recipient.delivery())).contains(recipient);
  }

  @Test
  void listingEventsReturnsTheConnection() {
    assertThat(node.events.newest(filter(tenant, null), 10).items()).hasSize(1);
    assertThat(node.events.newest(filter(tenant, "other"), 10).items()).isEmpty();
    assertThat(node.events.payload(tenant, event.id())).contains(Node.PAYLOAD);
  }

  private static Events.Filter filter(Tenant tenant, @Nullable String type) {
    return new Events.Filter(tenant, type, BoundedList.FIRST, BoundedList.LAST);
  }
}
