package dev.homing.activities.subscription;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.subscription.Receiver.Status;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@OneAtATime
class ReceiversTest {
  private final Tenant tenant = Postgres.newTenant();
  private final Receivers receivers = new Node().receivers;

  @Test
  void readsEachBatchOnDemand() {
    List<SubscriptionId> ids = insert(1_001);
    Iterator<Receiver> portions = receivers.inBatches(tenant, ids).iterator();
    List<Receiver> all = new ArrayList<>(List.of(portions.next()));

    SampleSubscriptions.delete(tenant, ids.getFirst());
    SampleSubscriptions.delete(tenant, ids.getLast());
    portions.forEachRemaining(all::add);

    assertThat(all).extracting(Receiver::id).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(all)
        .filteredOn(receiver -> receiver.status() == Status.DELETED)
        .extracting(Receiver::id)
        .containsExactly(ids.getLast());
  }

  @Test
  void noTurnIsLongerThanPayloadsAreKept() {
    SubscriptionId byDefault = SampleSubscriptions.active(tenant, "http://receiver.test/");
    SubscriptionId longer = SampleSubscriptions.active(tenant, "http://receiver.test/");
    SubscriptionId shorter = SampleSubscriptions.active(tenant, "http://receiver.test/");
    SampleSubscriptions.order(tenant, byDefault, "ordered = true");
    SampleSubscriptions.order(tenant, longer, "ordered = true, max_block_seconds = 300000");
    SampleSubscriptions.order(tenant, shorter, "ordered = true, max_block_seconds = 60");
    Receivers keepingADay =
        new Receivers(
            Postgres.jdbc(), SampleSubscriptions.SECRETS, new Node().settings, Duration.ofDays(1));

    assertThat(keepingADay.find(tenant, List.of(byDefault, longer, shorter)))
        .hasEntrySatisfying(byDefault, each -> assertLongestTurn(each, Duration.ofDays(1)))
        .hasEntrySatisfying(longer, each -> assertLongestTurn(each, Duration.ofDays(1)))
        .hasEntrySatisfying(shorter, each -> assertLongestTurn(each, Duration.ofMinutes(1)));
  }

  private static void assertLongestTurn(Receiver receiver, Duration longest) {
    assertThat(requireNonNull(receiver.order()).maxBlock()).isEqualTo(longest);
  }

  @Test
  void readsNothingForNoIds() {
    assertThat(receivers.inBatches(tenant, List.of())).isEmpty();
  }

  private List<SubscriptionId> insert(int count) {
    List<SubscriptionId> ids = Stream.generate(SampleIds::subscription).limit(count).toList();
    Postgres.transaction()
        .executeWithoutResult(
            _ ->
                ids.forEach(id -> SampleSubscriptions.insert(tenant, id, "http://receiver.test/")));
    return ids;
  }
}
