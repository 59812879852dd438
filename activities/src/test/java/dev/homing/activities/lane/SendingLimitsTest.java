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
  void refusesWhoComesWhileTheReceiverHangs() throws Exception {
    SendingLimits slots = new SendingLimits(100);
    fill(slots, 20);

    // Soon: once the receiver has been silent for two seconds.
    assertThat(slots.forEvent(LONG).enter(busy)).isFalse();
    assertThat(slots.forEvent(LONG).enter(busy)).isFalse();
    assertThat(slots.forEvent(LONG).enter(other)).isTrue();
  }

  @Test
  void letsWaitWhoeverComesWhileTheReceiverAnswers() throws Exception {
    SendingLimits slots = new SendingLimits(100);
    List<SendingLimits.Event> under = fill(slots, 20);
    List<Future<Boolean>> waiting =
        IntStream.range(0, 15)
            .mapToObj(_ -> threads.submit(() -> slots.forEvent(LONG).enter(busy)))
            .toList();

    for (SendingLimits.Event event : under.subList(0, 15)) {
      event.answered(busy);
      event.leave();
    }

    for (Future<Boolean> one : waiting) {
      assertThat(one.get()).isTrue();
    }
  }

  @Test
  void takesNobodyForHangingWhoHasNotBeenAsked() throws Exception {
    SendingLimits slots = new SendingLimits(1);
    SendingLimits.Event only = slots.forEvent(LONG);
    assertThat(only.enter(other)).isTrue();
    List<Future<Boolean>> all =
        IntStream.range(0, 30)
            .mapToObj(_ -> threads.submit(() -> enterAndLeave(slots.forEvent(LONG))))
            .toList();
    await().until(() -> slots.waiting() == 20);
    await().during(Duration.ofSeconds(3)).until(() -> all.stream().noneMatch(Future::isDone));

    only.answered(other);
    only.leave();

    for (Future<Boolean> one : all) {
      assertThat(one.get()).isTrue();
    }
  }

  private boolean enterAndLeave(SendingLimits.Event event) throws InterruptedException {
    boolean entered = event.enter(busy);
    if (entered) {
      event.answered(busy);
      event.leave();
    }
    return entered;
  }

  @Test
  void holdsNoSlotOfTheNodeForWhoWaitsForASubscription() throws Exception {
    SendingLimits slots = new SendingLimits(21);
    List<SendingLimits.Event> under = fill(slots, 20);
    Future<Boolean> waiting = threads.submit(() -> slots.forEvent(LONG).enter(busy));

    assertThat(slots.forEvent(LONG).enter(other)).isTrue();
    under.getFirst().answered(busy);
    under.getFirst().leave();

    assertThat(waiting.get()).isTrue();
  }

  @Test
  void givesTheSubscriptionsTurnBackWhenTheNodeHasNone() throws Exception {
    SendingLimits slots = new SendingLimits(1);
    SendingLimits.Event only = slots.forEvent(LONG);
    assertThat(only.enter(other)).isTrue();
    for (int i = 0; i < 25; i++) {
      assertThat(slots.forEvent(Duration.ZERO).enter(busy)).isFalse();
    }

    only.answered(other);
    only.leave();

    assertThat(slots.forEvent(LONG).enter(busy)).isTrue();
    assertThat(slots.free()).isZero();
  }

  @Test
  void boundsOneEvent() throws Exception {
    SendingLimits slots = new SendingLimits(100);
    SendingLimits.Event event = slots.forEvent(LONG);
    for (int i = 0; i < 64; i++) {
      assertThat(event.sit(Duration.ZERO)).isTrue();
    }

    assertThat(event.sit(Duration.ofMillis(50))).isFalse();
    assertThat(slots.forEvent(LONG).sit(Duration.ZERO)).isTrue();
    event.stand();
    assertThat(event.sit(Duration.ZERO)).isTrue();
  }

  @Test
  void boundsWhatIsInMemory() throws Exception {
    SendingLimits slots = new SendingLimits(100, 3);
    SendingLimits.Event event = slots.forEvent(LONG);
    SendingLimits.Event another = slots.forEvent(LONG);
    assertThat(event.sit(Duration.ZERO)).isTrue();
    assertThat(event.sit(Duration.ZERO)).isTrue();
    assertThat(another.sit(Duration.ZERO)).isTrue();

    assertThat(another.sit(Duration.ofMillis(50))).isFalse();
    event.stand();
    assertThat(another.sit(Duration.ZERO)).isTrue();
    assertThat(another.sit(Duration.ZERO)).isFalse();
  }

  @Test
  void givesEverythingBackToWhoIsInterrupted() throws Exception {
    SendingLimits slots = new SendingLimits(1);
    SendingLimits.Event only = slots.forEvent(LONG);
    assertThat(only.enter(busy)).isTrue();
    Future<Boolean> waiting = threads.submit(() -> slots.forEvent(LONG).enter(busy));
    await().until(() -> slots.waiting() == 1);
    waiting.cancel(true);
    await().until(() -> slots.waiting() == 0);

    only.answered(busy);
    only.leave();

    assertThat(slots.free()).isEqualTo(1);
  }

  /** So many attempts to the busy subscription, each of another event. */
  private List<SendingLimits.Event> fill(SendingLimits slots, int count)
      throws InterruptedException {
    List<SendingLimits.Event> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(slots.forEvent(LONG));
      assertThat(all.getLast().enter(busy)).isTrue();
    }
    return all;
  }
}
