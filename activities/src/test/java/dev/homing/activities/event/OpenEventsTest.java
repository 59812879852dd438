package dev.homing.activities.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@OneAtATime
class OpenEventsTest {
  private final Tenant tenant = Postgres.newTenant();
  private final Node here = new Node();
  private final Node there = new Node();

  @Test
  void givesTheLeaseOfAnAcceptedEventToTheFirstTakerOnThisNode() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());

    assertThat(here.leases.acceptOffer(event)).isPresent();
    assertThat(here.leases.acceptOffer(event)).isEmpty();
  }

  @Test
  void givesTheLeaseOfAnAcceptedEventToNoOtherNode() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());

    assertThat(there.leases.acceptOffer(event)).isEmpty();
    assertThat(there.leases.takeExpired(event)).isEmpty();
  }

  @Test
  void givesTheLeaseOfAnAcceptedEventToOneConcurrentTaker() throws Exception {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());

    List<Optional<Leases.Lease>> all = AtOnce.times(20, _ -> () -> here.leases.acceptOffer(event));

    assertThat(all.stream().flatMap(Optional::stream)).hasSize(1);
  }

  @Test
  void renewsItsOwnKeptLeases() throws Exception {
    Node node = new Node(Duration.ofSeconds(6));
    AcceptedEvent kept = node.accept(tenant, SampleIds.subscription());
    AcceptedEvent notKept = node.accept(tenant, SampleIds.subscription());
    AcceptedEvent lost = node.accept(tenant, SampleIds.subscription());
    Leases.Kept stays = node.leases.keep(node.leases.acceptOffer(kept).orElseThrow());
    Leases.Kept ends = node.leases.keep(node.leases.acceptOffer(notKept).orElseThrow());
    Leases.Kept taken = node.leases.keep(node.leases.acceptOffer(lost).orElseThrow());
    ends.close();
    lapse(lost);
    assertThat(there.leases.takeExpired(lost)).isPresent();
    Instant others = leasedUntil(lost);
    Instant before = leasedUntil(kept);
    node.leases.renewKept();
    assertThat(leasedUntil(kept)).as("renewed a moment ago").isEqualTo(before);

    await()
        .until(
            () -> {
              node.leases.renewKept();
              return leasedUntil(kept).isAfter(before);
            });

    assertThat(leasedUntil(notKept)).isBefore(leasedUntil(kept).minusMillis(500));
    assertThat(leasedUntil(lost)).isEqualTo(others);
    stays.close();
    taken.close();
  }

  @Test
  void givesAnExpiredLeaseToOneTakerOnly() throws Exception {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());
    lapse(event);

    List<Optional<Leases.Lease>> all =
        AtOnce.times(20, i -> () -> (i % 2 == 0 ? here : there).leases.takeExpired(event));

    assertThat(all.stream().flatMap(Optional::stream)).hasSize(1);
  }

  @Test
  void doesNotAcceptALeaseTakenOverMeanwhile() {
    Node impatient = new Node(Duration.ZERO); // Its leases always have to be checked.
    AcceptedEvent event = impatient.accept(tenant, SampleIds.subscription());
    lapse(event);
    assertThat(there.leases.takeExpired(event)).isPresent();

    assertThat(impatient.leases.acceptOffer(event)).isEmpty();
  }

  @Test
  void renewsAnExpiredLeaseUnlessTaken() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());
    Leases.Lease mine = here.leases.acceptOffer(event).orElseThrow();
    lapse(event);

    assertThat(here.leases.renew(mine)).isTrue();
    assertThat(there.leases.takeExpired(event)).isEmpty();

    lapse(event);
    Leases.Lease theirs = there.leases.takeExpired(event).orElseThrow();
    assertThat(here.leases.renew(mine)).isFalse();
    assertThat(there.leases.renew(theirs)).isTrue();
  }

  @Test
  void releasedLeaseGoesToTheNextTaker() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());
    Leases.Lease mine = here.leases.acceptOffer(event).orElseThrow();

    here.leases.release(mine);

    assertThat(there.leases.takeExpired(event)).isPresent();
  }

  @Test
  void releasesUntakenLeasesOnShutdown() {
    AcceptedEvent waiting = here.accept(tenant, SampleIds.subscription());
    AcceptedEvent begun = here.accept(tenant, SampleIds.subscription());
    assertThat(here.leases.acceptOffer(begun)).isPresent();

    here.leases.releaseOffers();

    assertThat(here.leases.acceptOffer(waiting)).isEmpty();
    assertThat(there.leases.takeExpired(waiting)).isPresent();
    assertThat(there.leases.takeExpired(begun)).isEmpty();
  }

  @Test
  void shutdownKeepsLeasesTakenOverByOthers() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());
    lapse(event);
    assertThat(there.leases.takeExpired(event)).isPresent();

    here.leases.releaseOffers();

    assertThat(here.leases.takeExpired(event)).isEmpty();
  }

  @Test
  void doesNotReleaseAnothersLease() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());
    Leases.Lease mine = here.leases.acceptOffer(event).orElseThrow();
    lapse(event);
    assertThat(there.leases.takeExpired(event)).isPresent();

    here.leases.release(mine);

    assertThat(here.leases.takeExpired(event)).isEmpty();
  }

  @Test
  void countsDownExactlyAndClosesWithTheLastRow() throws Exception {
    List<SubscriptionId> recipients = subscriptions(40);
    AcceptedEvent event = here.accept(tenant, recipients);

    AtOnce.times(39, i -> () -> addOnce(event, recipients.get(i)));
    assertThat(missing()).isEqualTo(1);
    assertThat(here.open.isOpen(event)).isTrue();

    addOnce(event, recipients.getLast());
    assertThat(here.open.isOpen(event)).isFalse();
  }

  @Test
  void countsARowOnceUnderConcurrentWrites() throws Exception {
    List<SubscriptionId> recipients = subscriptions(2);
    AcceptedEvent event = here.accept(tenant, recipients);

    List<Boolean> added = AtOnce.times(20, _ -> () -> addOnce(event, recipients.getFirst()));

    assertThat(added).containsOnlyOnce(true);
    assertThat(missing()).isEqualTo(1);
  }

  @Test
  void doesNotCountRolledBackRows() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());

    here.transaction.executeWithoutResult(
        status -> {
          here.open.countDown(List.of(new OpenEvents.Written(tenant, event.id())));
          status.setRollbackOnly();
        });

    assertThat(missing()).isEqualTo(1);
  }

  @Test
  void listsEventsWithoutALeaseAsAbandoned() {
    AcceptedEvent held = here.accept(tenant, SampleIds.subscription());
    AcceptedEvent abandoned = here.accept(tenant, subscriptions(3));
    lapse(abandoned);

    assertThat(here.open.abandoned(1000)).contains(abandoned).doesNotContain(held);
    assertThat(there.leases.takeExpired(abandoned)).isPresent();
    assertThat(here.open.abandoned(1000)).doesNotContain(abandoned);
  }

  @Test
  void claimsEachAbandonedEventOnOneNode() throws Exception {
    List<AcceptedEvent> events =
        Stream.generate(() -> here.accept(tenant, SampleIds.subscription())).limit(40).toList();
    events.forEach(OpenEventsTest::lapse);

    List<List<AcceptedEvent>> claimed =
        AtOnce.times(8, i -> () -> (i % 2 == 0 ? here : there).open.claimAbandoned(1000));

    assertThat(claimed.stream().flatMap(List::stream).filter(events::contains))
        .containsExactlyInAnyOrderElementsOf(events);
  }

  @Test
  void claimsTheLongestAbandonedFirstUpToTheLimit() {
    AcceptedEvent later = here.accept(tenant, SampleIds.subscription());
    AcceptedEvent first = here.accept(tenant, SampleIds.subscription());
    lapse(later);
    set(first, "leased_until = now() - interval '1 year'");

    assertThat(here.open.claimAbandoned(1)).containsExactly(first);
  }

  @Test
  void claimsAbandonedEventsOfTenantsInTurn() {
    AcceptedEvent first = here.accept(tenant, SampleIds.subscription());
    AcceptedEvent second = here.accept(tenant, SampleIds.subscription());
    AcceptedEvent another = here.accept(Postgres.newTenant(), SampleIds.subscription());
    set(first, "leased_until = now() - interval '4 years'");
    set(second, "leased_until = now() - interval '3 years'");
    set(another, "leased_until = now() - interval '2 years'");

    assertThat(here.open.claimAbandoned(2)).containsExactlyInAnyOrder(first, another);
    here.open.claimAbandoned(1000);
  }

  @Test
  void claimsAnEventOnlyWhenItIsAbandonedAgain() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());
    lapse(event);
    here.open.claimAbandoned(1000);
    here.open.defer(event, Duration.ofMinutes(10));
    assertThat(here.open.claimAbandoned(1000)).doesNotContain(event);

    assertThat(there.leases.takeExpired(event)).isPresent();
    lapse(event);

    assertThat(here.open.claimAbandoned(1000)).contains(event);
  }

  @Test
  void claimsAgainAfterAWhileOrARelease() {
    AcceptedEvent event = here.accept(tenant, SampleIds.subscription());
    lapse(event);
    here.open.claimAbandoned(1000);

    set(event, "look_after = now() - interval '1 second'");
    assertThat(here.open.claimAbandoned(1000)).contains(event);

    here.open.releaseClaims();
    assertThat(here.open.claimAbandoned(1000)).contains(event);
  }

  @Test
  void countsOpenAndAbandonedEventsWithTheirAge() {
    here.accept(Postgres.newTenant(), SampleIds.subscription());
    AcceptedEvent old = here.accept(tenant, SampleIds.subscription());
    OpenEvents.Backlog before = here.open.backlog();
    lapse(old);
    Postgres.jdbc()
        .sql("update events set accepted_at = now() - interval '1 day' where id = :id")
        .param("id", old.id().uuid())
        .update();

    OpenEvents.Backlog backlog = here.open.backlog();

    assertThat(backlog.open()).isGreaterThanOrEqualTo(2);
    assertThat(backlog.abandoned()).isEqualTo(before.abandoned() + 1);
    assertThat(backlog.oldest()).isGreaterThanOrEqualTo(Duration.ofDays(1));
    here.open.countDown(List.of(new OpenEvents.Written(tenant, old.id())));
    assertThat(here.open.backlog().oldest()).isLessThan(Duration.ofDays(1));
  }

  private boolean addOnce(AcceptedEvent event, SubscriptionId recipient) {
    Delivery.Key key = new Delivery.Key(tenant, event.id(), Node.TYPE, recipient);
    return Objects.requireNonNull(
        here.transaction.execute(
            _ -> here.deliveries.add(key, Delivery.State.CANCELLED, Reason.CANCELLED)));
  }

  private int missing() {
    return Postgres.ask(
        Integer.class, "select missing from open_events where tenant = :tenant", tenant);
  }

  private static Instant leasedUntil(AcceptedEvent event) {
    return Postgres.jdbc()
        .sql("select leased_until from open_events where event_id = :id")
        .param("id", event.id().uuid())
        .query(OffsetDateTime.class)
        .single()
        .toInstant();
  }

  private static void lapse(AcceptedEvent event) {
    set(event, "leased_until = now() - interval '1 s'");
  }

  private static void set(AcceptedEvent event, String assignments) {
    Postgres.jdbc()
        .sql("update open_events set " + assignments + " where event_id = :id")
        .param("id", event.id().uuid())
        .update();
  }

  private static List<SubscriptionId> subscriptions(int count) {
    return Stream.generate(SampleIds::subscription).limit(count).toList();
  }
}
