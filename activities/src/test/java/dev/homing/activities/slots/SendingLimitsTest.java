package dev.homing.activities.slots;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.SampleIds;
import dev.homing.activities.slots.SendingLimits.Seat;
import dev.homing.activities.slots.SendingLimits.Share;
import dev.homing.activities.slots.SendingLimits.Slot;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SendingLimitsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Tenant TENANT = new Tenant("busy");
  private static final Tenant ANOTHER = new Tenant("another");

  @AutoClose("shutdownNow")
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private final SubscriptionId busy = SampleIds.subscription();
  private final SubscriptionId other = SampleIds.subscription();

  // Of a subscription.

  @Test
  void refusesAttemptsWhileTheReceiverHangs() throws Exception {
    SendingLimits limits = proven(100, busy, other);
    fill(limits, 20);

    // Refused after the receiver has been silent for two seconds.
    assertThat(acquire(limits, LONG, busy)).isNull();
    assertThat(acquire(limits, LONG, busy)).isNull();
    assertThat(acquire(limits, LONG, other)).isNotNull();
  }

  /** Otherwise its breaker would open whenever twenty requests begin together. */
  @Test
  void receiverThatTookLongerThanTwoSecondsDoesNotHangAfterThem() throws Exception {
    SendingLimits limits = proven(100, busy);
    Slot slow = requireNonNull(acquire(limits, LONG, busy));
    await().until(() -> limits.hangs(busy));
    end(slow);
    fill(limits, 20);
    long begin = System.nanoTime();

    assertThat(acquire(limits, LONG, busy)).isNull();

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(3));
  }

  @Test
  void queuesAttemptsWhileTheReceiverAnswers() throws Exception {
    SendingLimits limits = proven(100, busy);
    List<Slot> under = fill(limits, 20);
    List<Future<Boolean>> waiting =
        IntStream.range(0, 15)
            .mapToObj(_ -> threads.submit(() -> acquire(limits, LONG, busy) != null))
            .toList();

    under.subList(0, 15).forEach(SendingLimitsTest::end);

    for (Future<Boolean> one : waiting) {
      assertThat(one.get()).isTrue();
    }
  }

  @Test
  void receiverDoesNotHangBeforeItsFirstAttempt() throws Exception {
    SendingLimits limits = proven(1, busy, other);
    Slot only = requireNonNull(acquire(limits, Duration.ZERO, other));
    List<Future<Boolean>> all =
        IntStream.range(0, 30)
            .mapToObj(_ -> threads.submit(() -> acquireAndRelease(limits)))
            .toList();
    await().until(() -> limits.waiting() == 20);
    only.delivered();
    await().during(Duration.ofSeconds(3)).until(() -> all.stream().noneMatch(Future::isDone));

    only.release();

    for (Future<Boolean> one : all) {
      assertThat(one.get()).isTrue();
    }
  }

  private boolean acquireAndRelease(SendingLimits limits) throws InterruptedException {
    Slot slot = acquire(limits, LONG, busy);
    if (slot != null) {
      end(slot);
    }
    return slot != null;
  }

  @Test
  void waitingForASubscriptionTakesNoSlotOfTheNode() throws Exception {
    SendingLimits limits = proven(21, busy, other);
    List<Slot> under = fill(limits, 20);
    Future<Boolean> waiting = threads.submit(() -> acquire(limits, LONG, busy) != null);

    assertThat(acquire(limits, LONG, other)).isNotNull();
    end(under.getFirst());

    assertThat(waiting.get()).isTrue();
  }

  @Test
  void releasesTheSubscriptionsSlotWhenTheNodeHasNone() throws Exception {
    SendingLimits limits = proven(1, busy, other);
    Slot only = requireNonNull(acquire(limits, LONG, other));
    for (int i = 0; i < 25; i++) {
      assertThat(acquire(limits, Duration.ZERO, busy)).isNull();
    }

    end(only);

    assertThat(acquire(limits, LONG, busy)).isNotNull();
    assertThat(limits.free()).isZero();
  }

  // Of receivers that have not succeeded lately.

  @Test
  void receiverWithoutASuccessGetsTwoSlotsUntilItSucceeds() throws Exception {
    SendingLimits limits = new SendingLimits(100);
    List<Slot> two = fill(limits, 2);
    assertThat(acquire(limits, Duration.ZERO, busy)).isNull();

    two.getFirst().release();
    Slot third = requireNonNull(acquire(limits, Duration.ZERO, busy));
    assertThat(acquire(limits, Duration.ZERO, busy)).isNull();

    end(third);
    fill(limits, 19);
    assertThat(acquire(limits, Duration.ZERO, busy)).isNull();
  }

  @Test
  void receiversWithoutASuccessGetHalfOfTheSlotsAtMost() throws Exception {
    SendingLimits limits = proven(8, busy);
    for (int i = 0; i < 4; i++) {
      assertThat(acquire(limits, Duration.ZERO, SampleIds.subscription())).isNotNull();
    }

    assertThat(acquire(limits, Duration.ZERO, SampleIds.subscription())).isNull();
    assertThat(limits.free()).isEqualTo(4);
    fill(limits, 4);
    assertThat(limits.free()).isZero();
  }

  // Of the node.

  @Test
  void attemptWithoutAnAnswerGivesItsSlotBack() throws Exception {
    SendingLimits limits = proven(1, busy, other);
    Slot silent = requireNonNull(acquire(limits, Duration.ZERO, busy));

    Slot next = requireNonNull(acquire(limits, LONG, other));
    assertThat(limits.free()).isZero();
    end(next);
    end(silent);

    assertThat(limits.free()).isEqualTo(1);
  }

  @Test
  void attemptThatIsBeingRecordedKeepsItsSlot() throws Exception {
    SendingLimits limits = proven(1, busy, other);
    Slot answered = requireNonNull(acquire(limits, Duration.ZERO, busy));
    answered.delivered();

    assertThat(acquire(limits, Duration.ofSeconds(4), other)).isNull();

    answered.release();
    assertThat(acquire(limits, Duration.ZERO, other)).isNotNull();
  }

  @Test
  void slowAttemptsHaveABoundOfTheirOwn() throws Exception {
    NodeSlots slots = new NodeSlots(2, 1);
    NodeSlots.Slot one = requireNonNull(slots.acquire(TENANT, busy, System.nanoTime(), () -> {}));
    NodeSlots.Slot two = requireNonNull(slots.acquire(TENANT, busy, System.nanoTime(), () -> {}));
    await().until(() -> slots.free() == 1);

    await().during(Duration.ofSeconds(1)).until(() -> slots.free() == 1);
    one.release();
    two.release();

    assertThat(slots.free()).isEqualTo(2);
  }

  @Test
  void interruptReleasesEverything() throws Exception {
    SendingLimits limits = proven(1, busy);
    Slot only = requireNonNull(acquire(limits, LONG, busy));
    Future<Boolean> waiting = threads.submit(() -> acquire(limits, LONG, busy) != null);
    await().until(() -> limits.waiting() == 1);
    waiting.cancel(true);
    await().until(() -> limits.waiting() == 0);

    end(only);

    assertThat(limits.free()).isEqualTo(1);
  }

  // Between tenants.

  @Test
  void slotThatBecomesFreeGoesToTheTenantThatHoldsNone() throws Exception {
    SendingLimits limits = proven(2, busy, other);
    List<Slot> both = fill(limits, 2);
    List<Future<Boolean>> many =
        Stream.generate(() -> threads.submit(() -> acquire(limits, LONG, busy) != null))
            .limit(10)
            .toList();
    await().until(() -> limits.waiting() == 10);
    Future<Slot> one = threads.submit(() -> acquire(limits, ANOTHER, LONG, other));
    await().until(() -> limits.waiting() == 11);

    both.getFirst().release();

    assertThat(one.get()).isNotNull();
    assertThat(many).noneMatch(Future::isDone);
  }

  @Test
  void seatThatBecomesFreeGoesToTheTenantThatHoldsNone() throws Exception {
    SendingLimits limits = new SendingLimits(100, 2);
    List<Seat> seats = sit(limits.share(TENANT, LONG), 2);
    Future<Seat> next = threads.submit(() -> limits.share(TENANT, LONG).acquireSeat(busy, LONG));
    await().until(() -> limits.waitingForSeats() == 1);
    Future<Seat> one = threads.submit(() -> limits.share(ANOTHER, LONG).acquireSeat(other, LONG));
    await().until(() -> limits.waitingForSeats() == 2);

    seats.getFirst().close();

    assertThat(one.get()).isNotNull();
    assertThat(next).isNotDone();
  }

  // A subscription's own maximum.

  @Test
  void subscriptionMayHaveItsOwnMaximum() throws Exception {
    SendingLimits limits = proven(100, busy, other);
    for (int i = 0; i < 30; i++) {
      assertThat(acquire(limits, Duration.ZERO, busy, 30)).isNotNull();
    }
    assertThat(acquire(limits, Duration.ZERO, busy, 30)).isNull();
    assertThat(acquire(limits, Duration.ZERO, other, 1)).isNotNull();
    assertThat(acquire(limits, Duration.ZERO, other, 1)).isNull();
  }

  @Test
  void raisedMaximumAppliesWhileSlotsAreTaken() throws Exception {
    SendingLimits limits = proven(100, busy);
    assertThat(acquire(limits, Duration.ZERO, busy, 1)).isNotNull();

    assertThat(acquire(limits, Duration.ZERO, busy, 2)).isNotNull();
    assertThat(acquire(limits, Duration.ZERO, busy, 2)).isNull();
  }

  @Test
  void slotWithoutARequestIsNoAnswerOfTheReceiver() throws Exception {
    SendingLimits limits = proven(100, busy);
    Slot silent = requireNonNull(acquire(limits, Duration.ZERO, busy));
    await()
        .until(
            () -> {
              Slot another = requireNonNull(acquire(limits, Duration.ZERO, busy));
              another.notSent();
              another.release();
              return limits.hangs(busy);
            });
    silent.release();
  }

  // Seats.

  @Test
  void limitsAttemptsOfOneEvent() throws Exception {
    SendingLimits limits = new SendingLimits(100);
    Share event = limits.share(TENANT, LONG);
    List<Seat> seats = sit(event, 64);

    assertThat(event.acquireSeat(busy, Duration.ofMillis(50))).isNull();
    assertThat(limits.share(TENANT, LONG).acquireSeat(busy, Duration.ZERO)).isNotNull();
    seats.getFirst().close();
    assertThat(event.acquireSeat(busy, Duration.ZERO)).isNotNull();
  }

  @Test
  void attemptWithoutAnAnswerLeavesItsEventsSeatToAnother() throws Exception {
    SendingLimits limits = proven(100, busy);
    Share event = limits.share(TENANT, LONG);
    List<Seat> seats = sit(event, 64);
    Slot silent = requireNonNull(seats.getFirst().acquireSlot(busy, null));

    assertThat(event.acquireSeat(busy, LONG)).isNotNull();
    end(silent);
    seats.getFirst().close();

    assertThat(event.acquireSeat(busy, Duration.ZERO)).isNull();
  }

  @Test
  void limitsPayloadsInMemory() throws Exception {
    SendingLimits limits = new SendingLimits(100, 3);
    Share another = limits.share(TENANT, LONG);
    List<Seat> seats = sit(limits.share(TENANT, LONG), 2);
    assertThat(another.acquireSeat(busy, Duration.ZERO)).isNotNull();

    assertThat(another.acquireSeat(busy, Duration.ofMillis(50))).isNull();
    seats.getFirst().close();
    assertThat(another.acquireSeat(busy, Duration.ZERO)).isNotNull();
    assertThat(another.acquireSeat(busy, Duration.ZERO)).isNull();
  }

  private List<Seat> sit(Share event, int count) throws InterruptedException {
    Seat[] seats = new Seat[count];
    for (int i = 0; i < count; i++) {
      seats[i] = requireNonNull(event.acquireSeat(busy, Duration.ZERO));
    }
    return List.of(seats);
  }

  /** Limits under which these receivers have just succeeded. */
  private static SendingLimits proven(int maxOnNode, SubscriptionId... receivers)
      throws InterruptedException {
    SendingLimits limits = new SendingLimits(maxOnNode);
    for (SubscriptionId receiver : receivers) {
      end(requireNonNull(acquire(limits, Duration.ZERO, receiver)));
    }
    return limits;
  }

  private static @Nullable Slot acquire(
      SendingLimits limits, Duration maxWait, SubscriptionId subscription)
      throws InterruptedException {
    return acquire(limits, TENANT, maxWait, subscription);
  }

  private static @Nullable Slot acquire(
      SendingLimits limits, Tenant tenant, Duration maxWait, SubscriptionId subscription)
      throws InterruptedException {
    return acquire(limits, tenant, maxWait, subscription, null);
  }

  private static @Nullable Slot acquire(
      SendingLimits limits,
      Duration maxWait,
      SubscriptionId subscription,
      @Nullable Integer maxInFlight)
      throws InterruptedException {
    return acquire(limits, TENANT, maxWait, subscription, maxInFlight);
  }

  private static @Nullable Slot acquire(
      SendingLimits limits,
      Tenant tenant,
      Duration maxWait,
      SubscriptionId subscription,
      @Nullable Integer maxInFlight)
      throws InterruptedException {
    return requireNonNull(limits.share(tenant, maxWait).acquireSeat(subscription, LONG))
        .acquireSlot(subscription, maxInFlight);
  }

  /** Starts {@code count} attempts to the busy subscription, each of another event. */
  private List<Slot> fill(SendingLimits limits, int count) {
    return Stream.generate(
            () -> {
              try {
                return requireNonNull(acquire(limits, LONG, busy));
              } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
              }
            })
        .limit(count)
        .toList();
  }

  private static void end(Slot slot) {
    slot.delivered();
    slot.release();
  }
}
