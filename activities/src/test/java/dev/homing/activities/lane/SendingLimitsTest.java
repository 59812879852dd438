package dev.homing.activities.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.activities.SampleIds;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SendingLimitsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @AutoClose private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SubscriptionId busy = SampleIds.subscription();
  private final SubscriptionId other = SampleIds.subscription();

  @Test
  void refusesAttemptsWhileTheReceiverHangs() throws Exception {
    SendingLimits slots = new SendingLimits(100);
    fill(slots, 20);

    // Refused after the receiver has been silent for two seconds.
    assertThat(slots.forEvent(LONG).acquireSlot(busy)).isFalse();
    assertThat(slots.forEvent(LONG).acquireSlot(busy)).isFalse();
    assertThat(slots.forEvent(LONG).acquireSlot(other)).isTrue();
  }

  @Test
  void queuesAttemptsWhileTheReceiverAnswers() throws Exception {
    SendingLimits slots = new SendingLimits(100);
    List<SendingLimits.EventShare> under = fill(slots, 20);
    List<Future<Boolean>> waiting =
        IntStream.range(0, 15)
            .mapToObj(_ -> threads.submit(() -> slots.forEvent(LONG).acquireSlot(busy)))
            .toList();

    for (SendingLimits.EventShare event : under.subList(0, 15)) {
      event.receiverAnswered(busy);
      event.releaseSlot();
    }

    for (Future<Boolean> one : waiting) {
      assertThat(one.get()).isTrue();
    }
  }

  @Test
  void receiverDoesNotHangBeforeItsFirstAttempt() throws Exception {
    SendingLimits slots = new SendingLimits(1);
    SendingLimits.EventShare only = slots.forEvent(LONG);
    assertThat(only.acquireSlot(other)).isTrue();
    List<Future<Boolean>> all =
        IntStream.range(0, 30)
            .mapToObj(_ -> threads.submit(() -> acquireAndRelease(slots.forEvent(LONG))))
            .toList();
    await().until(() -> slots.waiting() == 20);
    await().during(Duration.ofSeconds(3)).until(() -> all.stream().noneMatch(Future::isDone));

    only.receiverAnswered(other);
    only.releaseSlot();

    for (Future<Boolean> one : all) {
      assertThat(one.get()).isTrue();
    }
  }

  private boolean acquireAndRelease(SendingLimits.EventShare event) throws InterruptedException {
    boolean acquired = event.acquireSlot(busy);
    if (acquired) {
      event.receiverAnswered(busy);
      event.releaseSlot();
    }
    return acquired;
  }

  @Test
  void waitingForASubscriptionTakesNoSlotOfTheNode() throws Exception {
    SendingLimits slots = new SendingLimits(21);
    List<SendingLimits.EventShare> under = fill(slots, 20);
    Future<Boolean> waiting = threads.submit(() -> slots.forEvent(LONG).acquireSlot(busy));

    assertThat(slots.forEvent(LONG).acquireSlot(other)).isTrue();
    under.getFirst().receiverAnswered(busy);
    under.getFirst().releaseSlot();

    assertThat(waiting.get()).isTrue();
  }

  @Test
  void releasesTheSubscriptionsSlotWhenTheNodeHasNone() throws Exception {
    SendingLimits slots = new SendingLimits(1);
    SendingLimits.EventShare only = slots.forEvent(LONG);
    assertThat(only.acquireSlot(other)).isTrue();
    for (int i = 0; i < 25; i++) {
      assertThat(slots.forEvent(Duration.ZERO).acquireSlot(busy)).isFalse();
    }

    only.receiverAnswered(other);
    only.releaseSlot();

    assertThat(slots.forEvent(LONG).acquireSlot(busy)).isTrue();
    assertThat(slots.free()).isZero();
  }

  @Test
  void limitsAttemptsOfOneEvent() throws Exception {
    SendingLimits slots = new SendingLimits(100);
    SendingLimits.EventShare event = slots.forEvent(LONG);
    for (int i = 0; i < 64; i++) {
      assertThat(event.acquireSeat(Duration.ZERO)).isTrue();
    }

    assertThat(event.acquireSeat(Duration.ofMillis(50))).isFalse();
    assertThat(slots.forEvent(LONG).acquireSeat(Duration.ZERO)).isTrue();
    event.releaseSeat();
    assertThat(event.acquireSeat(Duration.ZERO)).isTrue();
  }

  @Test
  void limitsPayloadsInMemory() throws Exception {
    SendingLimits slots = new SendingLimits(100, 3);
    SendingLimits.EventShare event = slots.forEvent(LONG);
    SendingLimits.EventShare another = slots.forEvent(LONG);
    assertThat(event.acquireSeat(Duration.ZERO)).isTrue();
    assertThat(event.acquireSeat(Duration.ZERO)).isTrue();
    assertThat(another.acquireSeat(Duration.ZERO)).isTrue();

    assertThat(another.acquireSeat(Duration.ofMillis(50))).isFalse();
    event.releaseSeat();
    assertThat(another.acquireSeat(Duration.ZERO)).isTrue();
    assertThat(another.acquireSeat(Duration.ZERO)).isFalse();
  }

  @Test
  void interruptReleasesEverything() throws Exception {
    SendingLimits slots = new SendingLimits(1);
    SendingLimits.EventShare only = slots.forEvent(LONG);
    assertThat(only.acquireSlot(busy)).isTrue();
    Future<Boolean> waiting = threads.submit(() -> slots.forEvent(LONG).acquireSlot(busy));
    await().until(() -> slots.waiting() == 1);
    waiting.cancel(true);
    await().until(() -> slots.waiting() == 0);

    only.receiverAnswered(busy);
    only.releaseSlot();

    assertThat(slots.free()).isEqualTo(1);
  }

  /** Starts {@code count} attempts to the busy subscription, each of another event. */
  private List<SendingLimits.EventShare> fill(SendingLimits slots, int count)
      throws InterruptedException {
    List<SendingLimits.EventShare> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(slots.forEvent(LONG));
      assertThat(all.getLast().acquireSlot(busy)).isTrue();
    }
    return all;
  }
}
