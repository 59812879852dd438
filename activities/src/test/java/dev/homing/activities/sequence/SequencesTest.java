package dev.homing.activities.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.AtOnce;
import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleIds;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.WatchedDatabase;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Submission;
import dev.homing.activities.outbound.TestReceiver;
import dev.homing.activities.routing.Route;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@OneAtATime
class SequencesTest {
  private final Ledger ledger = new Ledger();
  private final Node node = ledger.node;
  @AutoClose private final TestReceiver receiver = new TestReceiver();
  private final OrderedEvents events = new OrderedEvents(ledger, receiver.url("/ok"));
  private final SubscriptionId subscription = events.subscription;

  /** Otherwise backlogs of earlier tests are drained as well. */
  @BeforeEach
  void forgetOthers() {
    Postgres.jdbc().sql("delete from standings; delete from sequences").update();
  }

  // Accepting.

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onlyTheFirstEventOfAKeyIsSent(boolean withIdempotencyKeys) {
    List<Acceptance.New> accepted = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      accepted.addAll(
          events.accept(
              events.submission("a", withIdempotencyKeys ? "request-" + i : null),
              events.alone("a")));
    }

    assertThat(accepted.stream().map(each -> each.route().recipients().size()))
        .containsExactly(1, 0, 0, 0, 0, 0);
    assertThat(accepted.stream().map(each -> each.lease().event().recipients())).containsOnly(1);
    assertThat(accepted.stream().map(each -> node.open.isOpen(each.lease().event())))
        .containsExactly(true, false, false, false, false, false);
    assertThat(accepted.stream().skip(1).map(each -> events.find(each)))
        .allSatisfy(
            delivery -> {
              assertThat(delivery.state()).isEqualTo(State.HELD);
              assertThat(delivery.reason()).isEqualTo(Reason.IN_ORDER);
              assertThat(delivery.nextAttemptAt()).isNull();
            });
    assertThat(events.entries("a"))
        .containsExactlyElementsOf(accepted.stream().skip(1).map(events::id).toList());
  }

  @Test
  void eachKeyAndEachSubscriptionHasASequenceOfItsOwn() {
    SubscriptionId unordered =
        SampleSubscriptions.active(ledger.tenant, receiver.url("/ok"), Node.TYPE);
    SubscriptionId another =
        SampleSubscriptions.ordered(ledger.tenant, receiver.url("/ok"), Node.TYPE);

    List<Acceptance.New> accepted =
        events.accept(events.alone("a"), events.alone("b"), events.alone("a"), events.alone(null));

    assertThat(accepted.stream().map(each -> each.route().recipients()))
        .map(List::size)
        .containsExactly(3, 3, 1, 3);
    assertThat(accepted.get(2).route().recipients()).containsExactly(unordered);
    assertThat(another).isNotEqualTo(subscription);
  }

  @Test
  void anEventIsSentAtOnceOnceThoseBeforeItAreOver() {
    Acceptance.New first = events.acceptOne("a");
    events.end(first);

    assertThat(events.acceptOne("a").route().recipients()).containsExactly(subscription);
    assertThat(events.acceptOne("a").route().recipients()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void anEventWaitsUnlessTheHeadIsOver(State state) {
    Acceptance.New head = events.acceptOne("a");
    if (state != State.PENDING) {
      ledger.leave(events.key(head), state, null, null);
    }

    List<SubscriptionId> sent = events.acceptOne("a").route().recipients();

    assertThat(sent).isEqualTo(state.isOver() ? List.of(subscription) : List.of());
  }

  @Test
  void aChangedRouteAppendsNothing() {
    Route old = new Route(0, List.of(subscription), List.of(subscription));

    Acceptance.New accepted =
        events
            .accept(
                new Submission(
                    ledger.tenant, Node.TYPE, "text/plain", Node.PAYLOAD, null, null, "a", old, 0))
            .getFirst();

    assertThat(accepted.route().recipients()).containsExactly(subscription);
    assertThat(events.lastNumber("a")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a"})
  void plainEventsRunNoFurtherStatement(String key) {
    SampleSubscriptions.order(ledger.tenant, subscription, "ordered = " + key.isEmpty());
    WatchedDatabase database = new WatchedDatabase();
    Node watched = new Node(Duration.ofMinutes(5), database);
    Route route =
        new Route(
            Postgres.routesVersion(ledger.tenant),
            List.of(subscription),
            key.isEmpty() ? List.of(subscription) : List.of());

    Acceptance.New accepted =
        (Acceptance.New)
            watched
                .accepting
                .accept(
                    List.of(
                        new Submission(
                            ledger.tenant,
                            Node.TYPE,
                            "text/plain",
                            Node.PAYLOAD,
                            null,
                            null,
                            key.isEmpty() ? null : key,
                            route,
                            0)))
                .getFirst();
    assertThat(database.count("")).isEqualTo(1);
    OrderedEvents.begin(watched, accepted, key.isEmpty() ? null : key);

    await().until(() -> receiver.requests() == 1 && !watched.open.isOpen(accepted.lease().event()));
    assertThat(watched.advanceSequences.advanceEnded()).isEmpty();
    assertThat(database.count("sequence")).isZero();
  }

  // Advancing.

  @ParameterizedTest
  @EnumSource(State.class)
  void advancesOnceTheHeadIsOver(State state) {
    Acceptance.New head = events.acceptOne("a");
    Acceptance.New next = events.acceptOne("a");
    if (state != State.PENDING) {
      ledger.leave(events.key(head), state, null, null);
    }

    assertThat(node.advanceSequences.advanceAll()).hasSize(state.isOver() ? 1 : 0);

    assertThat(events.find(next).state()).isEqualTo(state.isOver() ? State.RETRYING : State.HELD);
  }

  @Test
  void attemptsOfThisNodeAdvanceSequencesAtOnce() {
    Acceptance.New head = events.acceptOne("a");
    Acceptance.New next = events.acceptOne("a");
    assertThat(node.advanceSequences.advanceEnded()).isEmpty();
    OrderedEvents.begin(node, head, "a");

    await().until(() -> !node.advanceSequences.advanceEnded().isEmpty());

    assertThat(events.find(next).state()).isEqualTo(State.RETRYING);
    assertThat(node.advanceSequences.advanceEnded()).isEmpty();
  }

  @Test
  void advancesTheSequencesOfTheseHeadsOnly() {
    Acceptance.New one = events.acceptOne("a");
    Acceptance.New behindOne = events.acceptOne("a");
    Acceptance.New other = events.acceptOne("b");
    Acceptance.New behindOther = events.acceptOne("b");
    Stream.of(one, other).forEach(events::end);

    assertThat(advance(behindOne, behindOther)).as("not over").isFalse();
    assertThat(advance(one)).isTrue();
    assertThat(advance(one)).as("again").isFalse();

    assertThat(events.find(behindOne).state()).isEqualTo(State.RETRYING);
    assertThat(events.find(behindOther).state()).isEqualTo(State.HELD);
  }

  /** True if a delivery got its turn as these have ended. */
  private boolean advance(Acceptance.New... ended) {
    return node.sequences.advance(
        ledger.tenant,
        ledger.receiver(events.key(ended[0])),
        Stream.of(ended).map(each -> events.key(each).id()).toList());
  }

  @Test
  void theNextDeliveryIsDueInTheBacklog() {
    Acceptance.New head = events.acceptOne("a");
    Acceptance.New next = events.acceptOne("a");
    Acceptance.New last = events.acceptOne("a");
    events.end(head);

    assertThat(node.advanceSequences.advanceAll()).isNotEmpty();
    assertThat(node.advanceSequences.advanceAll()).isEmpty();

    Delivery delivery = events.find(next);
    assertThat(delivery.backlogged()).isTrue();
    assertThat(delivery.reason()).isNull();
    assertThat(delivery.turnSince()).isEqualTo(delivery.nextAttemptAt());
    assertThat(node.deliveries.untilDue(delivery)).isLessThanOrEqualTo(Duration.ZERO);
    assertThat(events.find(last).reason()).isEqualTo(Reason.IN_ORDER);
    assertThat(node.sequences.head(ledger.tenant, subscription, "a")).contains(events.id(next));
  }

  @Test
  void passesOverWhatWasCancelledWhileItWaited() {
    Acceptance.New head = events.acceptOne("a");
    Acceptance.New cancelled = events.acceptOne("a");
    Acceptance.New next = events.acceptOne("a");
    ledger.cancel(events.key(cancelled), Reason.CANCELLED);
    events.end(head);

    assertThat(node.advanceSequences.advanceAll()).isNotEmpty();

    assertThat(events.find(next).state()).isEqualTo(State.RETRYING);
    assertThat(events.find(cancelled).state()).isEqualTo(State.CANCELLED);
    assertThat(events.entries("a")).isEmpty();
  }

  @Test
  void isFreeOnceAllThatWaitedIsCancelled() {
    Acceptance.New head = events.acceptOne("a");
    Acceptance.New cancelled = events.acceptOne("a");
    ledger.cancel(events.key(cancelled), Reason.CANCELLED);
    events.end(head);

    assertThat(node.advanceSequences.advanceAll()).isEmpty();

    assertThat(node.sequences.head(ledger.tenant, subscription, "a")).isEmpty();
    assertThat(events.acceptOne("a").route().recipients()).containsExactly(subscription);
  }

  @Test
  void isDeletedOnceNothingIsUnderWay() {
    Acceptance.New underWay = events.acceptOne("a");
    events.end(events.acceptOne("b"));

    assertThat(node.sequences.deleteUnused()).isEqualTo(1);
    assertThat(events.lastNumber("a")).isEqualTo(1);

    events.end(underWay);
    assertThat(node.sequences.deleteUnused()).isEqualTo(1);
    assertThat(events.acceptOne("a").route().recipients()).containsExactly(subscription);
  }

  @Test
  void countsSequencesThatShouldHaveAdvanced() {
    Acceptance.New head = events.acceptOne("a");
    events.acceptOne("a");
    events.end(head);
    assertThat(node.sequences.stalled()).isZero();

    Postgres.transaction()
        .executeWithoutResult(
            _ -> {
              // Without the trigger that sets it.
              Postgres.jdbc().sql("set local session_replication_role = replica").update();
              ledger.set(events.key(head), "updated_at = now() - interval '2 minutes'");
            });

    assertThat(node.sequences.stalled()).isEqualTo(1);
    node.advanceSequences.advanceAll();
    assertThat(node.sequences.stalled()).isZero();
  }

  @Test
  void aSlowAnswerHoldsUpNoOtherSequence() {
    CountDownLatch answer = new CountDownLatch(1);
    List<Acceptance.New> heads = List.of(events.acceptOne("slow"), events.acceptOne("a"));
    List<Acceptance.New> slow = List.of(events.acceptOne("slow"), events.acceptOne("slow"));
    List<Acceptance.New> others = Stream.generate(() -> events.acceptOne("a")).limit(20).toList();
    heads.forEach(events::end);
    receiver.whenEvent(slow.getFirst().lease().event().id().toString(), () -> awaitQuietly(answer));
    node.advanceSequences.advanceAll();

    node.drains.beginDue();

    await()
        .untilAsserted(
            () ->
                assertThat(others).allMatch(each -> events.find(each).state() == State.DELIVERED));
    assertThat(slow).noneMatch(each -> events.find(each).state().isOver());
    answer.countDown();
    await()
        .untilAsserted(
            () -> assertThat(slow).allMatch(each -> events.find(each).state() == State.DELIVERED));
    assertThat(receiver.requests()).isEqualTo(22);
  }

  private static void awaitQuietly(CountDownLatch signal) {
    try {
      assertThat(signal.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  // Together.

  @Test
  void firstReceiptsOfAKeyComeInTheOrderOfAcceptance() throws Exception {
    int accepters = 4;
    int groups = 60;
    List<Node> nodes = List.of(node, new Node());
    Map<String, List<String>> inOrder = new ConcurrentHashMap<>();
    try (ScheduledExecutorService housekeeping = Executors.newScheduledThreadPool(4)) {
      for (Node each : nodes) {
        every(housekeeping, 5, each.advanceSequences::advanceAll);
        every(housekeeping, 5, () -> each.advanceSequences.advanceEnded());
        every(housekeeping, 20, each.drains::beginDue);
      }
      AtOnce.times(
          accepters,
          accepter ->
              () -> {
                Node here = nodes.get(accepter % nodes.size());
                for (int i = 0; i < groups; i++) {
                  List<String> keys =
                      Stream.generate(() -> "key-" + ThreadLocalRandom.current().nextInt(5))
                          .limit(1 + ThreadLocalRandom.current().nextInt(4))
                          .toList();
                  List<Acceptance> accepted =
                      here.accepting.accept(keys.stream().map(key -> events.alone(key)).toList());
                  for (int k = 0; k < keys.size(); k++) {
                    Acceptance.New each = (Acceptance.New) accepted.get(k);
                    inOrder
                        .computeIfAbsent(accepter + keys.get(k), _ -> new ArrayList<>())
                        .add(each.lease().event().id().toString());
                    OrderedEvents.begin(here, each, keys.get(k));
                  }
                }
                return true;
              });
      int all = inOrder.values().stream().mapToInt(List::size).sum();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(delivered()).isEqualTo(all));
    }

    List<String> receipts = receiver.events();
    assertThat(receipts).doesNotHaveDuplicates();
    inOrder.forEach(
        (_, ids) ->
            assertThat(receipts.stream().filter(ids::contains)).containsExactlyElementsOf(ids));
  }

  @Test
  void theOrderIsThatOfTheCommitsWhateverClocksSay() {
    List<Acceptance.New> accepted =
        Stream.of(0, 10, -10, 5, -5)
            .map(minutes -> acceptedBy(Duration.ofMinutes(minutes)))
            .toList();
    events.end(accepted.getFirst());

    node.advanceSequences.advanceAll();
    node.drains.beginDue();

    await().untilAsserted(() -> assertThat(delivered()).isEqualTo(5));
    assertThat(receiver.events())
        .containsExactlyElementsOf(
            accepted.stream().skip(1).map(each -> each.lease().event().id().toString()).toList());
  }

  /** An event with one key, accepted by a node whose clock is ahead by so much. */
  private Acceptance.New acceptedBy(Duration ahead) {
    UUID sample = SampleIds.uuid();
    UUID id =
        new UUID(
            sample.getMostSignificantBits() + (ahead.toMillis() << 16),
            sample.getLeastSignificantBits());
    return (Acceptance.New) node.accepting(() -> id).accept(List.of(events.alone("a"))).getFirst();
  }

  private static void every(ScheduledExecutorService threads, int millis, Runnable job) {
    var unused = threads.scheduleWithFixedDelay(job, 0, millis, TimeUnit.MILLISECONDS);
  }

  private long delivered() {
    return Postgres.ask(
        Long.class,
        "select count(*) from deliveries where tenant = :tenant and state = 'delivered'",
        ledger.tenant);
  }
}
