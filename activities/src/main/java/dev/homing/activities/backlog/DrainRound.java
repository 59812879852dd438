package dev.homing.activities.backlog;

import dev.homing.activities.LeasedWork;
import dev.homing.activities.backlog.Backlog.Due;
import dev.homing.activities.slots.SendingLimits.Seat;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.DeliveryId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Deliveries that a drain sends together, as many at a time as the subscription may have. */
final class DrainRound {
  /** How soon to look for attempts that have ended while others are still under way. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  /** Deliveries in a round, after which the drain looks at its receiver again. */
  private static final int MAX_BEGUN = 2_000;

  private final DrainAttempt attempt;
  private final LeasedWork work;
  private final Receiver receiver;
  private final BooleanSupplier maySend;
  private final Map<DeliveryId, CompletableFuture<Sent>> underWay = new HashMap<>();

  /** Whose attempts have ended since the last look at what is due. */
  private final List<DeliveryId> ended = new ArrayList<>();

  private Sent sent = Sent.NONE;
  private int begun;

  /** {@code maySend}: whether further attempts may begin. */
  DrainRound(DrainAttempt attempt, LeasedWork work, Receiver receiver, BooleanSupplier maySend) {
    this.attempt = attempt;
    this.work = work;
    this.receiver = receiver;
    this.maySend = maySend;
  }

  /**
   * Sends these, and returns when all is over.
   *
   * @param dueMeanwhile what has become due as these of them ended, to be sent as well: a slow
   *     answer holds up no other sequence; null: nothing is sent as well
   */
  Sent send(List<Due> due, @Nullable Function<List<DeliveryId>, List<Due>> dueMeanwhile)
      throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        begin(due, threads);
        while (dueMeanwhile != null && someEnd()) {
          List<DeliveryId> lately = List.copyOf(ended);
          ended.clear();
          begin(dueMeanwhile.apply(lately), threads);
        }
        work.await(all());
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt(); // So that the attempts are interrupted as well.
        throw stopped;
      }
    }
    collect();
    return sent;
  }

  private void begin(List<Due> due, Executor threads) throws InterruptedException {
    for (Due each : due) {
      if (underWay.containsKey(each.key().id())) {
        continue; // It is due until its attempt is recorded.
      }
      Seat seat = attempt.awaitSeat(work::renewIfDue, maySend);
      if (seat == null) {
        break;
      }
      begun++;
      var request = new CompletableFuture<Void>();
      underWay.put(
          each.key().id(),
          CompletableFuture.supplyAsync(
              () -> attempt.make(receiver, each, seat, maySend, () -> request.complete(null)),
              threads));
      if (receiver.isPaced()) {
        work.await(request); // One after the other, so one at a time waits for the pace.
      }
    }
  }

  /** Waits until some attempts have ended; false if all have, or no further may begin. */
  private boolean someEnd() throws InterruptedException {
    int before = underWay.size();
    while (!underWay.isEmpty() && underWay.size() == before) {
      var pause =
          new CompletableFuture<Void>()
              .completeOnTimeout(null, LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
      work.await(CompletableFuture.anyOf(all(), pause).thenRun(() -> {}));
      collect();
    }
    return !underWay.isEmpty() && begun < MAX_BEGUN && maySend.getAsBoolean();
  }

  private CompletableFuture<Void> all() {
    return CompletableFuture.allOf(underWay.values().toArray(CompletableFuture<?>[]::new));
  }

  /** Adds up what has ended; throws the fault of an attempt that failed by one. */
  private void collect() {
    underWay
        .entrySet()
        .removeIf(
            each -> {
              boolean done = each.getValue().isDone();
              if (done) {
                sent = sent.plus(each.getValue().join());
                ended.add(each.getKey());
              }
              return done;
            });
  }
}
