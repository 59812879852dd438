package dev.homing.activities.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.Execution;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.WatchedDatabase;
import dev.homing.activities.delivery.BrokenTable;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.SampleEgress;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.WaitingDelivery;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.FirstAttempts;
import dev.homing.workflows.event.Unfinished;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OneAtATime
class EarlyStartTest {
  private final Tenant tenant = Postgres.newTenant();
  private final TestReceiver receiver = new TestReceiver();
  private final WatchedDatabase database = new WatchedDatabase();
  private final Node here = new Node(Duration.ofMinutes(5), database);
  private final Node there = new Node();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    receiver.close();
    threads.close();
  }

  @Test
  void deliversBeforeAWorkflowStarts() {
    AcceptedEvent event = here.begin(tenant, to("/a", "/b"));

    await().until(() -> !here.open.isOpen(event));

    assertThat(receiver.requests()).isEqualTo(2);
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 2L));
  }

  @Test
  void isAdoptedByTheWorkflowWhileSending() throws Exception {
    AcceptedEvent event = here.begin(tenant, to("/hangs", "/503"));
    await().until(() -> receiver.requests() == 2);

    var adopting = CompletableFuture.supplyAsync(() -> sendAll(here, event), threads);
    assertThat(adopting).isNotDone();
    receiver.answer();

    Unfinished unfinished = adopting.get(10, TimeUnit.SECONDS);
    assertThat(receiver.requests()).isEqualTo(2);
    assertThat(unfinished.results()).hasSize(2).anyMatch(line -> line.contains("delivered: 200"));
    assertThat(unfinished.deliveries()).extracting(WaitingDelivery::host).hasSize(1);
  }

  @Test
  void adoptionOfAFinishedEventNeedsNoDatabase() {
    AcceptedEvent event = here.begin(tenant, to("/a", "/b"));
    await().until(() -> !here.open.isOpen(event));
    database.afterEach(
        sql -> {
          throw new IllegalStateException(sql);
        });

    Unfinished unfinished = sendAll(here, event);

    assertThat(unfinished.deliveries()).isEmpty();
    assertThat(unfinished.more()).isFalse();
    assertThat(unfinished.results()).hasSize(2);
  }

  @Test
  void workflowOnAnotherNodeWaitsForIt() throws Exception {
    AcceptedEvent event = here.begin(tenant, to("/hangs", "/503"));
    await().until(() -> receiver.requests() == 2);

    var elsewhere = CompletableFuture.supplyAsync(() -> sendAll(there, event), threads);
    assertThat(elsewhere).isNotDone();
    receiver.answer();

    assertThat(elsewhere.get(10, TimeUnit.SECONDS).deliveries()).hasSize(1);
    assertThat(receiver.requests()).isEqualTo(2);
  }

  @Test
  void workflowTakesOverWhenItFails() {
    AcceptedEvent event;
    try (BrokenTable _ = new BrokenTable(tenant)) {
      event = here.begin(tenant, to("/a"));
      await().until(() -> there.open.abandoned(100).contains(event));
    }

    Unfinished unfinished = sendAll(here, event);

    assertThat(unfinished.results()).hasSize(1);
    assertThat(receiver.requests()).isEqualTo(2);
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L));
  }

  @Test
  void leavesEventsToTheWorkflowWhenMemoryIsFull() {
    EarlyStart tiny = here.earlyStart(1);
    AcceptedEvent event = here.begin(tiny, tenant, to("/a"));

    assertThat(tiny.adopt(event.id())).isEmpty();
    assertThat(receiver.requests()).isZero();

    sendAll(here, event);
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L));
  }

  @Test
  void tenantLeavesMemoryToOthers() {
    EarlyStart small = here.earlyStart(64);
    List<SubscriptionId> slow = to("/hangs");
    List<AcceptedEvent> many =
        Stream.generate(() -> here.begin(small, tenant, slow)).limit(10).toList();
    Tenant another = Postgres.newTenant();
    AcceptedEvent one =
        here.begin(
            small, another, List.of(SampleSubscriptions.active(another, receiver.url("/other"))));

    await().until(() -> !here.open.isOpen(one));

    receiver.answer();
    assertThat(many.stream().filter(event -> small.adopt(event.id()).isPresent())).hasSize(6);
  }

  @Test
  void leavesEventsToTheWorkflowWhileEgressIsDown() {
    SampleEgress.cutOff(here.egress);
    AcceptedEvent event = here.begin(tenant, to("/a"));

    assertThat(here.earlyStart.adopt(event.id())).isEmpty();
  }

  @Test
  void releasesItsMemory() {
    EarlyStart small = here.earlyStart(11); // For one event of 8 KiB at a time.
    for (int i = 1; i <= 3; i++) {
      AcceptedEvent event = here.begin(small, tenant, to("/a"));
      assertThat(small.adopt(event.id())).isPresent();
    }

    assertThat(receiver.requests()).isEqualTo(3);
  }

  @Test
  void waitsOnlyShortlyWhenVeryManyAreBeingSent() {
    AcceptedEvent many = here.begin(tenant, to(Collections.nCopies(260, "/hangs")));
    await().until(() -> receiver.requests() == 64); // The limit per event.

    AcceptedEvent event = here.begin(tenant, to("/ok"));

    await().until(() -> !here.open.isOpen(event));
    assertThat(here.open.isOpen(many)).isTrue();
    receiver.answer();
    adopt(many);
  }

  @Test
  void leavesEventsToTheWorkflowWhileStopping() {
    here.earlyStart.shutdown();
    AcceptedEvent event = here.begin(tenant, to("/a"));

    assertThat(here.earlyStart.adopt(event.id())).isEmpty();

    sendAll(here, event);
    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L));
  }

  @Test
  void finishesAndRecordsRunningAttemptsBeforeStopping() {
    AcceptedEvent event = here.begin(tenant, to("/hangs"));
    await().until(() -> receiver.requests() == 1);

    here.earlyStart.shutdown();
    receiver.answer();
    here.earlyStart.awaitTermination(Duration.ofSeconds(10));

    assertThat(counts(event)).isEqualTo(Map.of(State.DELIVERED, 1L));
  }

  @Test
  void releasesTheLeaseWhenInterrupted() {
    AcceptedEvent event = here.begin(tenant, to("/hangs"));
    await().until(() -> receiver.requests() == 1);

    here.earlyStart.shutdownNow();
    here.earlyStart.awaitTermination(Duration.ofSeconds(10));

    assertThat(there.leases.takeExpired(event)).isPresent();
    assertThat(counts(event)).isEmpty();
  }

  @Test
  void cachesReceiversUntilTheTenantChangesOne() {
    SubscriptionId one = to("/before").getFirst();
    adopt(here.begin(tenant, List.of(one)));
    long read = database.count("sealed_secret");
    adopt(here.begin(tenant, List.of(one)));
    assertThat(database.count("sealed_secret")).isEqualTo(read);

    SampleSubscriptions.setUrl(tenant, one, receiver.url("/after"));
    adopt(here.begin(tenant, List.of(one)));

    assertThat(receiver.requests("/before")).isEqualTo(2);
    assertThat(receiver.requests("/after")).isEqualTo(1);
  }

  @Test
  void evictsEventsThatNoWorkflowAdopts() {
    Node impatient = new Node(Duration.ofMillis(1));
    AcceptedEvent event = impatient.begin(tenant, to("/a"));
    await().until(() -> !impatient.open.isOpen(event));

    await()
        .untilAsserted(
            () -> {
              impatient.earlyStart.evictEnded();
              assertThat(impatient.earlyStart.remembered()).isZero();
            });
  }

  private void adopt(AcceptedEvent event) {
    assertThat(here.earlyStart.adopt(event.id()).orElseThrow().complete()).isTrue();
  }

  private static Unfinished sendAll(Node node, AcceptedEvent event) {
    Execution run = Execution.in("run-1");
    return run.call(
        FirstAttempts.class, node.express, lane -> lane.sendAll(event, null, run.runId()));
  }

  private List<SubscriptionId> to(String... paths) {
    return to(List.of(paths));
  }

  private List<SubscriptionId> to(List<String> paths) {
    return paths.stream()
        .map(path -> SampleSubscriptions.active(tenant, receiver.url(path)))
        .toList();
  }

  private Map<State, Long> counts(AcceptedEvent event) {
    return there.list.counts(tenant, event.id());
  }
}
