package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.Change;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.list.Changed;
import dev.homing.activities.list.Newest;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.workflows.EventId;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.event.AcceptedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@OneAtATime
class DeliveryListTest {
  private static final UUID FIRST = new UUID(0, 0);
  private static final UUID LAST = new UUID(-1, -1);
  private static final int WRITERS = 8;
  private static final int ROWS_EACH = 100;

  private final Ledger ledger = new Ledger();
  private final DeliveryList list = new DeliveryList(Postgres.jdbc());

  @Test
  void listsByEachFilterNewestFirst() {
    SubscriptionId subscription = SampleSubscriptions.active(ledger.tenant, "http://a.test/");
    Delivery.Key waiting = ledger.to(subscription);
    ledger.add(waiting, State.RETRYING, null);
    Delivery.Key failed = ledger.to(subscription);
    ledger.add(failed, State.FAILED, Reason.SCHEDULE_OVER);
    Delivery.Key other = ledger.toNewSubscription();
    ledger.add(other, State.FAILED, Reason.SCHEDULE_OVER);

    assertThat(list(null, subscription, null, null)).containsExactlyInAnyOrder(waiting, failed);
    assertThat(list(State.FAILED, subscription, null, null)).containsExactly(failed);
    assertThat(list(State.FAILED, null, null, null)).containsExactlyInAnyOrder(failed, other);
    assertThat(list(null, null, other.eventId(), null)).containsExactly(other);
    assertThat(list(null, null, null, Node.TYPE)).hasSize(3);
    assertThat(list(null, null, null, "other.type")).isEmpty();
  }

  @Test
  void listsPendingDeliveriesByEachFilter() {
    SubscriptionId one = SampleSubscriptions.active(ledger.tenant, "http://a.test/");
    SubscriptionId two = SampleSubscriptions.active(ledger.tenant, "http://b.test/");
    AcceptedEvent event = ledger.node.accept(ledger.tenant, one, two);
    Delivery.Key pending = new Delivery.Key(ledger.tenant, event.id(), Node.TYPE, one);
    Delivery.Key recorded = new Delivery.Key(ledger.tenant, event.id(), Node.TYPE, two);
    ledger.add(recorded, State.FAILED, Reason.SCHEDULE_OVER);

    assertThat(list(null, null, null, null)).containsExactlyInAnyOrder(pending, recorded);
    assertThat(list(State.PENDING, null, null, null)).containsExactly(pending);
    assertThat(list(State.FAILED, null, null, null)).containsExactly(recorded);
    assertThat(list(null, one, null, null)).containsExactly(pending);
    assertThat(list(State.PENDING, two, null, null)).isEmpty();
    assertThat(list(null, null, event.id(), null)).containsExactlyInAnyOrder(pending, recorded);
    assertThat(list(State.PENDING, null, null, Node.TYPE)).containsExactly(pending);
    assertThat(list(null, null, null, "other.type")).isEmpty();
    assertThat(new DeliveryList(Postgres.jdbc()).newest(Postgres.newTenant(), all(), 10).items())
        .isEmpty();
  }

  /** More open events than one page reads, some with the same id prefix. */
  @Test
  void pagesOfPendingAndRecordedDeliveriesHaveNoHoles() {
    List<SubscriptionId> recipients =
        List.of(
            SampleSubscriptions.active(ledger.tenant, "http://a.test/"),
            SampleSubscriptions.active(ledger.tenant, "http://b.test/"));
    Set<UUID> expected = new TreeSet<>(PrefixedId.ORDER.reversed());
    for (int i = 0; i < 120; i++) {
      UUID id =
          new UUID(
              SampleIds.uuid().getMostSignificantBits() & ~0xffL,
              SampleIds.uuid().getLeastSignificantBits());
      AcceptedEvent event = ledger.node.accept(ledger.tenant, recipients, id);
      for (SubscriptionId recipient : recipients) {
        Delivery.Key key = new Delivery.Key(ledger.tenant, event.id(), Node.TYPE, recipient);
        expected.add(key.id().uuid());
        if (i % 3 == 0 && recipient.equals(recipients.getFirst())) {
          ledger.add(key, State.DELIVERED, null);
        }
      }
    }

    List<UUID> paged = new ArrayList<>();
    UUID until = LAST;
    List<Delivery> page;
    do {
      page = list.newest(ledger.tenant, filter(null, null, null, null, until), 7).items();
      page.forEach(delivery -> paged.add(delivery.key().id().uuid()));
      until = paged.getLast();
    } while (page.size() == 7);

    assertThat(paged).containsExactlyElementsOf(expected);
  }

  @Test
  void listsByTheOutcomeOfTheLastAttempt() {
    Delivery.Key refused = ledger.toNewSubscription();
    ledger.record(ledger.first(refused), SampleAttempts.timedOut());
    ledger.record(ledger.first(refused), SampleAttempts.refused());
    Delivery.Key timedOut = ledger.toNewSubscription();
    ledger.record(ledger.first(timedOut), SampleAttempts.timedOut());
    Delivery.Key delivered = ledger.toNewSubscription();
    ledger.record(ledger.first(delivered), SampleAttempts.timedOut());
    ledger.record(ledger.first(delivered), SampleAttempts.delivered());
    ledger.toNewSubscription();

    assertThat(ofOutcome(null, "refused")).containsExactly(refused);
    assertThat(ofOutcome(State.RETRYING, "timed_out")).containsExactly(timedOut);
    assertThat(ofOutcome(null, "delivered")).containsExactly(delivered);
    assertThat(ofOutcome(State.HELD, "refused")).isEmpty();
    assertThat(ofOutcome(State.PENDING, "refused")).isEmpty();
  }

  private List<Delivery.Key> ofOutcome(@Nullable State state, String outcome) {
    return list
        .newest(
            ledger.tenant,
            new DeliveryList.Filter(state, null, null, null, outcome, FIRST, LAST),
            10)
        .items()
        .stream()
        .map(Delivery::key)
        .toList();
  }

  /** More deliveries than are looked at for a page; only the oldest matches. */
  @Test
  void longSearchGoesOnWhereItStopped() {
    Delivery.Key rare = ledger.toNewSubscription();
    ledger.add(rare, State.FAILED, Reason.SCHEDULE_OVER);
    ledger.set(rare, "event_type = 'rare'");
    addDeliveredAfter(rare, BoundedList.MOST + 1);
    DeliveryList.Filter filter = filter(null, null, null, "rare", LAST);

    Newest<Delivery> page = list.newest(ledger.tenant, filter, 10);
    assertThat(page.items()).isEmpty();
    UUID stopped = requireNonNull(page.lookedDownTo());
    Newest<Delivery> next =
        list.newest(ledger.tenant, filter(null, null, null, "rare", stopped), 10);
    assertThat(next.items())
        .singleElement()
        .satisfies(found -> assertThat(found.key().eventId()).isEqualTo(rare.eventId()));
    assertThat(next.lookedDownTo()).isNull();
    assertThat(
            list.newest(ledger.tenant, filter(State.FAILED, null, null, "rare", LAST), 10).items())
        .as("by state there are fewer to look at")
        .hasSize(1);

    ledger.set(rare, "attempt_count = 7"); // Its last change comes after all others.
    Changed<Delivery> changes =
        await()
            .until(
                () -> list.changed(ledger.tenant, filter, Change.NONE, 10),
                found -> found.lookedUpTo() != null);
    assertThat(changes.items()).isEmpty();
    assertThat(
            list.changed(ledger.tenant, filter, requireNonNull(changes.lookedUpTo()), 10).items())
        .hasSize(1);
  }

  private void addDeliveredAfter(Delivery.Key key, int count) {
    Postgres.jdbc()
        .sql(
            """
            insert into deliveries (tenant, id, event_id, event_type, subscription_id, state)
            select :tenant, cast(lpad(to_hex(:millis + n), 12, '0') || '7000' || '8000'
                || lpad(to_hex(n), 12, '0') as uuid),
              gen_random_uuid(), 'order.created', gen_random_uuid(), 'delivered'
            from generate_series(1, :count) n
            """)
        .param("tenant", ledger.tenant.name())
        .param("millis", key.eventId().acceptedAt().toEpochMilli())
        .param("count", count)
        .update();
  }

  // Lists sorted by change.

  @Test
  void changesAppearAfterThoseAlreadyRead() {
    Delivery.Key one = ledger.toNewSubscription();
    Delivery.Key two = ledger.toNewSubscription();
    ledger.add(two, State.RETRYING, null);
    ledger.add(one, State.RETRYING, null);

    List<Changed.Item<Delivery>> first = changedSince(Change.NONE, 2);
    ledger.cancel(two, Reason.CANCELLED);
    List<Changed.Item<Delivery>> then = changedSince(first.getLast().change(), 1);

    assertThat(first).extracting(changed -> changed.item().key()).containsExactly(two, one);
    assertThat(then).extracting(changed -> changed.item().key()).containsExactly(two);
    assertThat(then.getFirst().item().updatedAt()).isAfter(first.getFirst().item().updatedAt());
  }

  /** A claim, for example, is hidden. */
  @Test
  void changesOfHiddenColumnsAreNotListed() {
    Delivery.Key key = ledger.toNewSubscription();
    ledger.add(key, State.RETRYING, null);
    Change last = changedSince(Change.NONE, 1).getLast().change();

    ledger.set(key, "look_after = now(), own_faults = 3, run_notice = true");

    assertThat(changed(last)).isEmpty();
  }

  @Test
  void rowsOfAnotherServerAreListedAfterARestore() {
    Delivery.Key key = ledger.toNewSubscription();
    ledger.add(key, State.RETRYING, null);
    ledger.set(key, "changed_in = '9000000000000000'");
    assertThat(changed(Change.NONE)).isEmpty();

    Postgres.migrate();

    assertThat(changedSince(Change.NONE, 1)).hasSize(1);
  }

  @Test
  void lateCommitIsListedInItsPlace() throws Exception {
    Delivery.Key slow = ledger.toNewSubscription();
    Delivery.Key quick = ledger.toNewSubscription();

    ledger.node.transaction.executeWithoutResult(
        _ -> {
          ledger.node.deliveries.add(slow, State.RETRYING, null);
          elsewhere(() -> ledger.add(quick, State.RETRYING, null));
          assertThat(elsewhere(() -> changed(Change.NONE)))
              .as("nothing is shown before what may still come before it")
              .isEmpty();
        });

    assertThat(changedSince(Change.NONE, 2))
        .extracting(changed -> changed.item().key())
        .containsExactly(slow, quick);
  }

  @Test
  void pollerMissesNothingWithEightWriters() throws Exception {
    Set<UUID> written = new TreeSet<>();
    Set<UUID> read = new TreeSet<>();
    SubscriptionId subscription = SampleSubscriptions.active(ledger.tenant, "http://a.test/");
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<List<UUID>>> all =
          IntStream.range(0, WRITERS)
              .mapToObj(_ -> writers.submit(() -> write(subscription)))
              .toList();
      Change last = Change.NONE;
      while (all.stream().anyMatch(writer -> !writer.isDone())) {
        last = readOn(last, read);
      }
      for (Future<List<UUID>> writer : all) {
        written.addAll(writer.get());
      }
      AtomicReference<Change> end = new AtomicReference<>(last);
      await()
          .until(
              () -> end.updateAndGet(change -> readOn(change, read)),
              _ -> read.size() == written.size());
    }

    assertThat(read).isEqualTo(written).hasSize(WRITERS * ROWS_EACH);
  }

  /** Transactions of different length, each with rows at its beginning and its end. */
  private List<UUID> write(SubscriptionId subscription) {
    List<UUID> ids = new ArrayList<>();
    while (ids.size() < ROWS_EACH) {
      ledger.node.transaction.executeWithoutResult(
          _ -> {
            for (int row = 0; row <= ids.size() % 4 && ids.size() < ROWS_EACH; row++) {
              Delivery.Key key =
                  new Delivery.Key(ledger.tenant, SampleIds.event(), Node.TYPE, subscription);
              ledger.node.deliveries.add(key, State.RETRYING, null);
              ids.add(key.id().uuid());
            }
          });
    }
    return ids;
  }

  private Change readOn(Change after, Set<UUID> read) {
    List<Changed.Item<Delivery>> page = list.changed(ledger.tenant, all(), after, 50).items();
    page.forEach(changed -> read.add(changed.item().key().id().uuid()));
    return page.isEmpty() ? after : page.getLast().change();
  }

  /** Waits for {@code count} changes: transactions of other tests may delay them for a moment. */
  private List<Changed.Item<Delivery>> changedSince(Change change, int count) {
    return await().until(() -> changed(change), all -> all.size() == count);
  }

  private List<Changed.Item<Delivery>> changed(Change after) {
    return list.changed(ledger.tenant, all(), after, 10).items();
  }

  private static <T> T elsewhere(Callable<T> act) {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      return other.submit(act).get();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private List<Delivery.Key> list(
      @Nullable State state,
      @Nullable SubscriptionId subscription,
      @Nullable EventId event,
      @Nullable String type) {
    return list
        .newest(ledger.tenant, filter(state, subscription, event, type, LAST), 10)
        .items()
        .stream()
        .map(Delivery::key)
        .toList();
  }

  private static DeliveryList.Filter all() {
    return filter(null, null, null, null, LAST);
  }

  private static DeliveryList.Filter filter(
      @Nullable State state,
      @Nullable SubscriptionId subscription,
      @Nullable EventId event,
      @Nullable String type,
      UUID until) {
    return new DeliveryList.Filter(state, subscription, event, type, null, FIRST, until);
  }
}
