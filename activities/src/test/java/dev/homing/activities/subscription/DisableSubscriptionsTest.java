package dev.homing.activities.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;

/** The event that tells a tenant's other subscriptions. */
@OneAtATime
class DisableSubscriptionsTest {
  private static final String DISABLED = "homing.subscription.disabled";
  private static final String URL = "http://127.0.0.1:1/";

  private final Tenant tenant = Postgres.newTenant();
  private final Node node = new Node();

  @Test
  void tellsSubscriptionsThatAskForIt() {
    SubscriptionId exact = SampleSubscriptions.active(tenant, URL, DISABLED);
    SubscriptionId prefix = SampleSubscriptions.active(tenant, URL, "homing.*");
    SubscriptionId gone = SampleSubscriptions.active(tenant, URL, "order.created", DISABLED);
    SampleSubscriptions.active(tenant, URL, "*");
    SampleSubscriptions.active(Postgres.newTenant(), URL, DISABLED);

    disable(gone, DisabledReason.GONE);

    AcceptedEvent event = abandoned().getFirst();
    assertThat(event.type()).isEqualTo(DISABLED);
    assertThat(recipients(event)).containsExactlyInAnyOrder(exact, prefix);
    assertThat(payload(event))
        .startsWith("{\"type\":\"homing.subscription.disabled\",\"timestamp\":\"20")
        .endsWith("\"data\":{\"subscription_id\":\"%s\",\"reason\":\"gone\"}}".formatted(gone));
  }

  @Test
  void tellsOnce() {
    SampleSubscriptions.active(tenant, URL, DISABLED);
    SubscriptionId gone = SampleSubscriptions.active(tenant, URL, "order.created");

    disable(gone, DisabledReason.GONE);
    disable(gone, DisabledReason.OPTED_OUT);

    assertThat(abandoned()).hasSize(1);
  }

  @Test
  void addsNoEventThatNobodyAsksFor() {
    SubscriptionId alone = SampleSubscriptions.active(tenant, URL, DISABLED);

    disable(alone, DisabledReason.GONE);

    assertThat(node.events.any(tenant)).isFalse();
  }

  @Test
  void tellsNothingThatIsNotCommitted() {
    SampleSubscriptions.active(tenant, URL, DISABLED);
    SubscriptionId failing = SampleSubscriptions.active(tenant, URL, "order.created");

    assertThatThrownBy(
            () ->
                node.transaction.executeWithoutResult(
                    _ -> {
                      disable(failing, DisabledReason.FAILING);
                      throw new IllegalStateException("not committed");
                    }))
        .hasMessage("not committed");

    assertThat(node.events.any(tenant)).isFalse();
  }

  private void disable(SubscriptionId id, DisabledReason reason) {
    assertThat(node.disabling.disable(tenant, id, HttpUrl.get(URL), reason)).isTrue();
  }

  /** Events that the next node that looks sends. */
  private List<AcceptedEvent> abandoned() {
    return node.open.abandoned(1_000).stream()
        .filter(event -> event.tenant().equals(tenant))
        .toList();
  }

  private List<SubscriptionId> recipients(AcceptedEvent event) {
    return Postgres.jdbc()
        .sql("select unnest(recipients) from events where tenant = :tenant and id = :id")
        .param("tenant", tenant.name())
        .param("id", event.id().uuid())
        .query((row, _) -> new SubscriptionId(row.getObject(1, UUID.class)))
        .list();
  }

  private String payload(AcceptedEvent event) {
    return new String(
        node.events.payload(event.tenant(), event.id()).orElseThrow(), StandardCharsets.UTF_8);
  }
}
