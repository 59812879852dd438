package dev.homing.activities.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Execution;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.WatchedDatabase;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.BrokenTable;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.event.Leases;
import dev.homing.activities.outbound.SampleAttempts;
import dev.homing.activities.outbound.SampleEgress;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.WaitingDelivery;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.FirstAttempts;
import dev.homing.workflows.event.SharedUnfinished;
import dev.homing.workflows.event.Unfinished;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OneAtATime
class ExpressLaneTest {
  private static final Execution RUN = Execution.in("run-1");

  private final Tenant tenant = Postgres.newTenant();
  private final TestReceiver receiver = new TestReceiver();
  private final Node here = new Node();
  private final Node there = new Node();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    receiver.close();
    threads.close();
  }

  // What one call does.

  @Test
  void deliversToAll() {
    AcceptedEvent event = here.accept(tenant, to("/a", "/b", "/c"));

    Unfinished unfinished = sendAll(here, event);

    assertThat(unfinished.deliveries()).isEmpty();
    assertThat(unfinished.more()).isFalse();
    assertThat(unfinished.results())
        .hasSize(3)
        .allMatch(line -> line.matches("dlv_[0-9a-f-]{36} delivered: 200 in \\d+ ms"));
    assertThat(receiver.requests()).isEqualTo(3);
    assertThat(receiver.attempts()).containsOnly("1");
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 3L));
    assertThat(here.open.isOpen(event)).isFalse();
  }

  @Test
  void returnsOnlyWaitingDeliveries() {
    List<SubscriptionId> recipients = to("/ok", "/503", "/404", "/410");
    AcceptedEvent event = here.accept(tenant, recipients);

    Unfinished unfinished = sendAll(here, event);

    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::subscriptionId)
        .containsExactlyInAnyOrder(recipients.get(1), recipients.get(2));
    assertThat(unfinished.deliveries()).isSortedAccordingTo((a, b) -> order(a, b));
    assertThat(unfinished.deliveries().getFirst().host()).isEqualTo("localhost");
    assertThat(unfinished.deliveries().getFirst().timeout()).isEqualTo(here.settings.timeout());
    assertThat(unfinished.results())
        .anyMatch(line -> line.contains(" retrying: 503 in "))
        .anyMatch(line -> line.contains(" cancelled: 410 in "));
    assertThat(counts(event))
        .isEqualTo(Map.of(State.DELIVERED, 1L, State.RETRYING, 2L, State.CANCELLED, 1L));
  }

  @Test
  void endsDeliveriesAsReceiversAsk() {
    List<SubscriptionId> recipients = to("/503/abort-message", "/404/disable", "/503/unknown");
    AcceptedEvent event = here.accept(tenant, recipients);

    Unfinished unfinished = sendAll(here, event);

    assertThat(find(event, recipients.get(0)))
        .extracting("state", "reason")
        .containsExactly(State.CANCELLED, Reason.ABORTED);
    assertThat(find(event, recipients.get(1)))
        .extracting("state", "reason")
        .containsExactly(State.CANCELLED, Reason.OPTED_OUT);
    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::subscriptionId)
        .containsExactly(recipients.get(2));
  }

  @Test
  void endsDeliveriesWithStatusesThatAreNotRetried() {
    List<SubscriptionId> recipients = to("/404", "/503");
    recipients.forEach(id -> SampleSubscriptions.retryAllBut(tenant, id, 404));
    AcceptedEvent event = here.accept(tenant, recipients);

    Unfinished unfinished = sendAll(here, event);

    assertThat(find(event, recipients.getFirst()))
        .extracting("state", "reason")
        .containsExactly(State.FAILED, Reason.NOT_RETRIED);
    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::subscriptionId)
        .containsExactly(recipients.getLast());
  }

  @Test
  void addsARowWithoutAnAttemptForRecipientsItCannotSendTo() {
    SubscriptionId paused = SampleSubscriptions.paused(tenant, receiver.url("/ok"));
    SubscriptionId gone = SampleSubscriptions.gone(tenant, receiver.url("/ok"));
    SubscriptionId deleted = SampleSubscriptions.deleted(tenant, receiver.url("/ok"));
    AcceptedEvent event = here.accept(tenant, paused, gone, deleted);

    Unfinished unfinished = sendAll(here, event);

    assertThat(receiver.requests()).isZero();
    assertThat(find(event, paused))
        .extracting("state", "reason")
        .containsExactly(State.HELD, Reason.PAUSED);
    assertThat(find(event, gone))
        .extracting("state", "reason")
        .containsExactly(State.CANCELLED, Reason.GONE);
    assertThat(find(event, deleted))
        .extracting("state", "reason")
        .containsExactly(State.CANCELLED, Reason.SUBSCRIPTION_DELETED);
    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::subscriptionId)
        .containsExactly(paused);
    assertThat(here.open.isOpen(event)).isFalse();
  }

  @Test
  void closesAnEventWithoutRecipients() {
    AcceptedEvent event = here.accept(tenant);

    assertThat(sendAll(here, event)).isEqualTo(new Unfinished(List.of(), false, List.of()));

    assertThat(here.open.isOpen(event)).isFalse();
  }

  @Test
  void doesNothingForAnExpiredEvent() {
    AcceptedEvent event = new AcceptedEvent(tenant, SampleIds.event(), Node.TYPE, 1);

    assertThat(sendAll(here, event).deliveries()).isEmpty();
  }

  @Test
  void showsTwentyResultsAndCountsTheRest() {
    AcceptedEvent event =
        here.accept(
            tenant, Stream.concat(many("/ok", 24).stream(), many("/503", 2).stream()).toList());

    List<String> results = sendAll(here, event).results();

    assertThat(results.subList(0, 20)).allMatch(line -> line.startsWith("dlv_"));
    assertThat(results.subList(20, results.size()))
        .isNotEmpty()
        .allMatch(line -> line.matches("and \\d more (delivered|retrying)"));
    assertThat(
            results.stream()
                .skip(20)
                .mapToInt(line -> Integer.parseInt(line.split(" ", -1)[1]))
                .sum())
        .isEqualTo(6);
  }

  @Test
  void returnsPagesOf500SortedById() {
    List<SubscriptionId> recipients = inOneTransaction("/503", 502);
    AcceptedEvent event = here.accept(tenant, recipients);
    here.transaction.executeWithoutResult(
        _ -> recipients.forEach(one -> here.deliveries.add(key(event, one), State.RETRYING, null)));

    Unfinished first = sendAll(here, event);
    Unfinished second = sendAll(here, event, first.deliveries().getLast().id(), RUN, RUN.runId());

    assertThat(receiver.requests()).isZero();
    assertThat(first.deliveries()).hasSize(500);
    assertThat(first.more()).isTrue();
    assertThat(second.deliveries()).hasSize(2);
    assertThat(second.more()).isFalse();
    assertThat(Stream.concat(first.deliveries().stream(), second.deliveries().stream()))
        .isSortedAccordingTo((a, b) -> order(a, b))
        .doesNotHaveDuplicates()
        .hasSize(502);
  }

  // Called again, also elsewhere and meanwhile.

  @Test
  void sendsToNoRecipientTwiceWhenRepeated() {
    AcceptedEvent event = here.accept(tenant, to("/ok", "/503"));
    Unfinished first = sendAll(here, event);

    Unfinished again = sendAll(here, event);
    Unfinished elsewhere = sendAll(there, event);

    assertThat(receiver.requests()).isEqualTo(2);
    assertThat(again.deliveries()).isEqualTo(first.deliveries());
    assertThat(elsewhere.deliveries()).isEqualTo(first.deliveries());
    assertThat(again.results()).isEmpty();
  }

  @Test
  void sendsOncePerRecipientUnderConcurrentCalls() throws Exception {
    AcceptedEvent event = here.accept(tenant, to("/1", "/2", "/3", "/503"));

    List<Unfinished> all = AtOnce.times(4, i -> () -> sendAll(i % 2 == 0 ? here : there, event));

    assertThat(receiver.requests()).isEqualTo(4);
    assertThat(all)
        .allSatisfy(one -> assertThat(one.deliveries()).isEqualTo(all.getFirst().deliveries()));
  }

  @Test
  void waitsOnAnotherNodeUntilAllAreRecorded() throws Exception {
    AcceptedEvent event = here.accept(tenant, to("/hangs", "/ok"));
    var sending = CompletableFuture.supplyAsync(() -> sendAll(here, event), threads);
    await().until(() -> counts(event).containsKey(State.DELIVERED));
    await().until(() -> receiver.requests("/hangs") == 1);

    var waiting = CompletableFuture.supplyAsync(() -> sendAll(there, event), threads);
    assertThat(waiting).isNotDone();
    receiver.answer();

    sending.get(10, TimeUnit.SECONDS);
    waiting.get(10, TimeUnit.SECONDS);
    assertThat(receiver.requests()).isEqualTo(2);
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 2L));
  }

  @Test
  void takesOverAnExpiredLeaseAndSendsToRecipientsWithoutARow() {
    List<SubscriptionId> recipients = to("/1", "/2", "/3");
    AcceptedEvent event = here.accept(tenant, recipients);
    here.attemptLog.record(
        AttemptContext.first(
            key(event, recipients.get(1)),
            here.receivers.find(tenant, recipients.get(1)).orElseThrow()),
        SampleAttempts.refused());
    lapse(event);

    Unfinished unfinished = sendAll(there, event);

    assertThat(receiver.requests("/1")).isEqualTo(1);
    assertThat(receiver.requests("/2")).isZero();
    assertThat(receiver.requests("/3")).isEqualTo(1);
    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::subscriptionId)
        .containsExactly(recipients.get(1));
  }

  @Test
  void keepsTheLeaseWhileItSends() throws Exception {
    WatchedDatabase database = new WatchedDatabase();
    Node node = new Node(Duration.ofMillis(900), database);
    AcceptedEvent event = node.accept(tenant, to("/hangs"));

    var sending = CompletableFuture.supplyAsync(() -> sendAll(node, event), threads);
    await()
        .until(
            () -> {
              assertThat(there.leases.takeExpired(event)).isEmpty();
              return renewals(database) >= 5;
            });
    receiver.answer();

    sending.get(10, TimeUnit.SECONDS);
    assertThat(receiver.requests()).isEqualTo(1);
  }

  @Test
  void startsNoAttemptAfterLosingTheLeaseAndWaitsForTheNewHolder() throws Exception {
    WatchedDatabase database = new WatchedDatabase();
    Node node = new Node(Duration.ofMillis(900), database);
    AcceptedEvent event = node.accept(tenant, many("/hangs", 65)); // 64 of an event at a time.
    var sending = CompletableFuture.supplyAsync(() -> sendAll(node, event), threads);
    await().until(() -> receiver.requests() == 64);

    Leases.Lease theirs = steal(event);
    long renewed = renewals(database);
    await().until(() -> renewals(database) >= renewed + 2);
    receiver.answer();
    await().until(() -> counts(event).getOrDefault(State.DELIVERED, 0L) == 64);
    assertThat(receiver.requests()).isEqualTo(64);
    there.leases.release(theirs);

    sending.get(10, TimeUnit.SECONDS);
    assertThat(receiver.requests()).isEqualTo(65);
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 65L));
    assertThat(node.open.isOpen(event)).isFalse();
  }

  // Bounds.

  @Test
  void renewsTheLeasesOfQueuedEvents() throws Exception {
    List<AcceptedEvent> events =
        many("/hangs", 257).stream().map(to -> here.accept(tenant, to)).toList();
    CompletableFuture<SharedUnfinished> sending =
        CompletableFuture.supplyAsync(() -> sendAllOf(events), threads);
    await().until(() -> receiver.requests() == 256 && here.leases.kept() == 1);

    receiver.answer();

    assertThat(sending.get(20, TimeUnit.SECONDS).deliveries()).isEmpty();
    assertThat(receiver.requests()).isEqualTo(257);
    assertThat(here.leases.kept()).isZero();
    assertThat(events).noneMatch(here.open::isOpen);
  }

  @Test
  void leavesTheExcessOfAHangingSubscriptionToItsBacklog() throws Exception {
    SubscriptionId hanging = to("/hangs").getFirst();
    List<AcceptedEvent> events =
        IntStream.range(0, 23).mapToObj(_ -> here.accept(tenant, hanging)).toList();

    List<CompletableFuture<Unfinished>> all =
        events.stream()
            .map(event -> CompletableFuture.supplyAsync(() -> sendAll(here, event), threads))
            .toList();
    await().until(() -> receiver.requests() == 2);
    await().until(() -> all.stream().filter(CompletableFuture::isDone).count() == 21);
    List<Unfinished> left =
        all.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join).toList();
    receiver.answer();
    CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).get(20, TimeUnit.SECONDS);

    assertThat(receiver.requests()).isEqualTo(2);
    assertThat(left)
        .allSatisfy(
            one -> {
              assertThat(one.deliveries()).isEmpty();
              assertThat(one.results().getFirst()).endsWith(" waits in the backlog");
            });
  }

  @Test
  void sendsNothingToAReceiverInTrouble() {
    SubscriptionId troubled = to("/ok").getFirst();
    here.knownStandings.open(
        new SubscriptionKey(tenant, troubled), Standing.Reason.UNAVAILABLE, "503");
    AcceptedEvent event = here.accept(tenant, troubled);

    Unfinished unfinished = sendAll(here, event);

    assertThat(unfinished.deliveries()).isEmpty();
    assertThat(unfinished.results().getFirst()).endsWith(" waits in the backlog");
    assertThat(receiver.requests()).isZero();
    Delivery delivery = find(event, troubled);
    assertThat(delivery.backlogged()).isTrue();
    assertThat(delivery.attemptCount()).isZero();
    assertThat(here.open.isOpen(event)).isFalse();
  }

  @Test
  void tenFailedDeliveriesOfASubscriptionGetWorkflowsOfTheirOwn() {
    SubscriptionId refusing = to("/500").getFirst();

    List<Unfinished> all =
        IntStream.range(0, Node.OWN_RETRIES + 3)
            .mapToObj(_ -> sendAll(here, here.accept(tenant, refusing)))
            .toList();

    assertThat(all.subList(0, Node.OWN_RETRIES))
        .allSatisfy(own -> assertThat(own.deliveries()).hasSize(1));
    assertThat(all.subList(Node.OWN_RETRIES, all.size()))
        .allSatisfy(own -> assertThat(own.deliveries()).isEmpty());
    assertThat(receiver.requests()).isEqualTo(Node.OWN_RETRIES + 3);
  }

  // Several events together.

  @Test
  void sendsSeveralEventsTogether() {
    AcceptedEvent begun = here.begin(tenant, to("/ok", "/503"));
    List<AcceptedEvent> events =
        List.of(begun, here.accept(tenant, to("/ok")), here.accept(tenant, to("/503", "/404")));

    SharedUnfinished unfinished = sendAllOf(events);

    assertThat(receiver.requests()).isEqualTo(5);
    assertThat(unfinished.apart()).isEmpty();
    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::eventId)
        .containsExactlyInAnyOrder(begun.id(), events.get(2).id(), events.get(2).id());
    assertThat(unfinished.results()).hasSize(5);
    assertThat(events).noneMatch(here.open::isOpen);
  }

  @Test
  void setsApartAnEventThatFailsByOurFault() {
    List<AcceptedEvent> events =
        List.of(here.accept(tenant, to("/ok")), here.accept(tenant, to("/ok", "/ok")));
    here.eventWorkflows.share(events);
    Postgres.jdbc()
        .sql("delete from payloads where event_id = :event")
        .param("event", events.getFirst().id().uuid())
        .update();

    SharedUnfinished unfinished = sendAllOf(events);

    assertThat(unfinished.apart()).containsExactly(events.getFirst());
    assertThat(receiver.requests()).isEqualTo(2);
    assertThat(here.eventWorkflows.ids(tenant, List.of(events.getFirst().id())))
        .containsValue(events.getFirst().id().toString());
  }

  @Test
  void setsApartEventsWithTooManyWaitingDeliveries() {
    List<SubscriptionId> recipients = inOneTransaction("/503", 300);
    List<AcceptedEvent> events =
        List.of(here.accept(tenant, recipients), here.accept(tenant, recipients));
    here.transaction.executeWithoutResult(
        _ ->
            events.forEach(
                event ->
                    recipients.forEach(
                        one -> here.deliveries.add(key(event, one), State.RETRYING, null))));

    SharedUnfinished unfinished = sendAllOf(events);

    assertThat(unfinished.deliveries()).hasSize(300);
    assertThat(unfinished.apart()).containsExactly(events.getLast());
  }

  @Test
  void throwsForAllEventsWhileTheDatabaseFails() {
    List<AcceptedEvent> events =
        List.of(here.accept(tenant, to("/ok")), here.accept(tenant, to("/503")));
    try (BrokenTable _ = new BrokenTable(tenant)) {
      assertThatThrownBy(() -> sendAllOf(events))
          .rootCause()
          .hasMessageContaining("the disk is full");
    }

    assertThat(sendAllOf(events).apart()).isEmpty();
    assertThat(events).noneMatch(here.open::isOpen);
  }

  // Reset.

  @Test
  void opensOneRoundPerResetForUndeliveredRecipients() {
    List<SubscriptionId> recipients = to("/ok", "/503", "/404");
    AcceptedEvent event = here.accept(tenant, recipients);
    Unfinished first = sendAll(here, event);
    take(event, recipients.get(1), "run-of-the-delivery");
    Execution reset = Execution.in("run-2");

    Unfinished again = sendAll(here, event, null, reset, "run-1");
    sendAll(here, event, null, reset, "run-1");

    assertThat(receiver.requests()).isEqualTo(3); // The durable lane makes them, due now.
    assertThat(again.deliveries())
        .extracting(WaitingDelivery::id)
        .isEqualTo(first.deliveries().stream().map(WaitingDelivery::id).toList());
    assertThat(again.deliveries()).extracting(WaitingDelivery::round).containsOnly(2);
    assertThat(find(event, recipients.get(0)).round()).isEqualTo(1);
    assertThat(find(event, recipients.get(0)).state()).isEqualTo(State.DELIVERED);
    assertThat(find(event, recipients.get(1)).round()).isEqualTo(2);
    assertThat(find(event, recipients.get(2)).round()).isEqualTo(2);
    assertThat(here.temporal.woken())
        .containsExactly(key(event, recipients.get(1)).id().toString());
  }

  @Test
  void opensNoRoundForAttemptsOfTheSameInterruptedRun() {
    List<SubscriptionId> recipients = to("/503", "/404");
    AcceptedEvent event = here.accept(tenant, recipients);
    Execution reset = Execution.in("run-2");
    SampleSubscriptions.allow(tenant, recipients.getFirst(), 1);

    sendAll(here, event, null, reset, "run-1");
    sendAll(here, event, null, reset, "run-1");

    assertThat(find(event, recipients.getFirst()).round()).isEqualTo(1);
    assertThat(find(event, recipients.getFirst()).state()).isEqualTo(State.FAILED);
    assertThat(find(event, recipients.getLast()).round()).isEqualTo(1);
  }

  @Test
  void opensNoRoundWithoutAReset() {
    List<SubscriptionId> recipients = to("/503");
    AcceptedEvent event = here.accept(tenant, recipients);
    sendAll(here, event);
    sendAll(here, event);

    assertThat(find(event, recipients.getFirst()).round()).isEqualTo(1);
  }

  // Our own faults.

  @Test
  void throwsAndReleasesTheLeaseWhenRecordingFails() {
    AcceptedEvent event = here.accept(tenant, to("/ok", "/503"));
    try (BrokenTable _ = new BrokenTable(tenant)) {
      assertThatThrownBy(() -> sendAll(here, event))
          .rootCause()
          .hasMessageContaining("the disk is full");
    }
    assertThat(counts(event)).isEmpty();
    assertThat(here.open.isOpen(event)).isTrue();

    sendAll(there, event);

    assertThat(receiver.requests()).isEqualTo(4);
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L, State.RETRYING, 1L));
  }

  @Test
  void parksUnreadableRecipientsAndSendsToTheOthers() {
    List<SubscriptionId> recipients = to("/never", "/never", "/never", "/ok");
    AcceptedEvent event = here.accept(tenant, recipients);
    SampleSubscriptions.breakSecret(tenant, recipients.get(0));
    SampleSubscriptions.setUrl(tenant, recipients.get(1), "nonsense");
    SampleSubscriptions.allow(tenant, recipients.get(2), 0);

    Unfinished unfinished = sendAll(here, event);

    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L, State.HELD, 3L));
    assertThat(recipients.subList(0, 3))
        .allSatisfy(
            one -> {
              assertThat(find(event, one).reason()).isEqualTo(Reason.UNREADABLE);
              assertThat(find(event, one).nextAttemptAt()).isNotNull();
            });
    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::subscriptionId)
        .containsExactlyInAnyOrderElementsOf(recipients.subList(0, 3));
    assertThat(receiver.requests()).isEqualTo(1);
  }

  @Test
  void leavesInternalFaultsToTheDurableLaneAndSendsToTheOthers() {
    List<SubscriptionId> recipients = to("/poison", "/ok");
    AcceptedEvent event = here.accept(tenant, recipients);
    try (BrokenTable _ = new BrokenTable(key(event, recipients.getFirst()).id())) {
      Unfinished unfinished = sendAll(here, event);

      assertThat(unfinished.deliveries())
          .extracting(WaitingDelivery::subscriptionId)
          .containsExactly(recipients.getFirst());
    }

    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L, State.RETRYING, 1L));
    assertThat(find(event, recipients.getFirst()).attemptCount()).isZero();
    assertThat(here.open.isOpen(event)).isFalse();
  }

  @Test
  void countsNoAttemptWhileEgressIsDown() {
    SubscriptionId far = SampleSubscriptions.active(tenant, "http://127.255.255.255:9/");
    AcceptedEvent event = here.accept(tenant, far);
    SampleEgress.cutOff(here.egress);

    Unfinished unfinished = sendAll(here, event);

    assertThat(unfinished.deliveries())
        .extracting(WaitingDelivery::subscriptionId)
        .containsExactly(far);
    Delivery delivery = find(event, far);
    assertThat(delivery.state()).isEqualTo(State.RETRYING);
    assertThat(delivery.attemptCount()).isZero();
    assertThat(here.deliveries.untilDue(delivery)).isPositive();
  }

  @Test
  void doesNotHoldADeliveryEnabledMeanwhile() {
    WatchedDatabase database = new WatchedDatabase();
    Node node = new Node(Duration.ofMinutes(5), database);
    SubscriptionId paused = SampleSubscriptions.paused(tenant, receiver.url("/ok"));
    AcceptedEvent event = node.accept(tenant, paused);
    database.afterEach(
        sql -> {
          if (sql.contains("sealed_secret")) {
            SampleSubscriptions.enable(tenant, paused);
          }
        });

    sendAll(node, event);

    assertThat(find(event, paused).state()).isEqualTo(State.RETRYING);
    assertThat(find(event, paused).reason()).isNull();
  }

  @Test
  void releasesTheLeaseWhenThePayloadIsGone() {
    AcceptedEvent event = here.accept(tenant, to("/ok"));
    Postgres.jdbc()
        .sql("delete from payloads where tenant = :tenant")
        .param("tenant", tenant.name())
        .update();

    assertThatThrownBy(() -> sendAll(here, event)).isNotNull();

    assertThat(there.leases.takeExpired(event)).isPresent();
  }

  // Cancel.

  @Test
  void cancelsOnlyUnfinishedDeliveries() {
    List<SubscriptionId> recipients = to("/ok", "/503", "/never");
    AcceptedEvent event = here.accept(tenant, recipients);
    here.deliveries.add(key(event, recipients.get(0)), State.DELIVERED, null);
    here.deliveries.add(key(event, recipients.get(1)), State.RETRYING, null);

    RUN.call(
        FirstAttempts.class,
        here.express,
        attempts -> {
          attempts.cancelUnfinished(List.of(event), RUN.runId());
          return "cancelled";
        });

    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L, State.CANCELLED, 2L));
    assertThat(here.open.isOpen(event)).isFalse();
    assertThat(sendAll(here, event).deliveries()).isEmpty();
    assertThat(receiver.requests()).isZero();
  }

  private Unfinished sendAll(Node node, AcceptedEvent event) {
    return sendAll(node, event, null, RUN, RUN.runId());
  }

  private static Unfinished sendAll(
      Node node,
      AcceptedEvent event,
      @Nullable DeliveryId after,
      Execution execution,
      String originalRun) {
    return execution.call(
        FirstAttempts.class, node.express, attempts -> attempts.sendAll(event, after, originalRun));
  }

  private SharedUnfinished sendAllOf(List<AcceptedEvent> events) {
    return RUN.call(
        FirstAttempts.class, here.express, attempts -> attempts.sendAllOf(events, RUN.runId()));
  }

  private List<SubscriptionId> to(String... paths) {
    return Stream.of(paths)
        .map(path -> SampleSubscriptions.active(tenant, receiver.url(path)))
        .toList();
  }

  private List<SubscriptionId> many(String path, int count) {
    return to(Stream.generate(() -> path).limit(count).toArray(String[]::new));
  }

  private List<SubscriptionId> inOneTransaction(String path, int count) {
    return Objects.requireNonNull(
        Postgres.transaction()
            .execute(
                _ -> {
                  List<SubscriptionId> ids = new ArrayList<>();
                  for (int i = 0; i < count; i++) {
                    ids.add(SampleIds.subscription());
                    SampleSubscriptions.insert(tenant, ids.getLast(), receiver.url(path));
                  }
                  return ids;
                }));
  }

  private Delivery.Key key(AcceptedEvent event, SubscriptionId recipient) {
    return new Delivery.Key(tenant, event.id(), event.type(), recipient);
  }

  private Delivery find(AcceptedEvent event, SubscriptionId recipient) {
    return here.deliveries.find(tenant, key(event, recipient).id()).orElseThrow();
  }

  private Map<State, Long> counts(AcceptedEvent event) {
    return here.list.counts(tenant, event.id());
  }

  private void take(AcceptedEvent event, SubscriptionId recipient, String run) {
    here.transaction.executeWithoutResult(
        _ -> here.deliveries.assignTo(run, Instant.now(), find(event, recipient)));
  }

  private Leases.Lease steal(AcceptedEvent event) {
    Leases.@Nullable Lease stolen = null;
    while (stolen == null) {
      lapse(event);
      stolen = there.leases.takeExpired(event).orElse(null);
    }
    return stolen;
  }

  private static void lapse(AcceptedEvent event) {
    Postgres.jdbc()
        .sql("update open_events set leased_until = now() - interval '1 s' where event_id = :id")
        .param("id", event.id().uuid())
        .update();
  }

  private static long renewals(WatchedDatabase database) {
    return database.count("update open_events\nset leased_until");
  }

  private static int order(WaitingDelivery one, WaitingDelivery other) {
    return one.id().toString().compareTo(other.id().toString());
  }
}
