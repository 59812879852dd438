package dev.homing.activities.delivery;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.GroupCommit;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.subscription.GoneReceivers;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records each attempt: its row and what it makes of the delivery in one commit; then listeners
 * hear of it.
 *
 * <p>Two attempts of a delivery may overlap, so the {@link Verdict} is made under the row's lock.
 */
public final class AttemptLog implements AutoCloseable {
  private final Deliveries deliveries;
  private final WaitingDeliveries waiting;
  private final GoneReceivers goneReceivers;
  private final RecordedAttempts attempts;
  private final GroupCommit<FirstResult, Optional<Delivery>> firstResults;
  private final FairTransactions transaction;
  private final List<AttemptListener> listeners;
  private final DoubleSupplier random;

  /** {@code random} gives values from 0 to 1, for jitter. */
  public AttemptLog(
      Deliveries deliveries,
      WaitingDeliveries waiting,
      GoneReceivers goneReceivers,
      RecordedAttempts attempts,
      FirstResults firstResults,
      FairTransactions transaction,
      List<AttemptListener> listeners,
      DoubleSupplier random) {
    this.deliveries = deliveries;
    this.waiting = waiting;
    this.goneReceivers = goneReceivers;
    this.attempts = attempts;
    this.firstResults =
        GroupCommit.patient(together -> transaction.get(() -> firstResults.add(together)));
    this.transaction = transaction;
    this.listeners = List.copyOf(listeners);
    this.random = random;
  }

  /**
   * Records an attempt, once, and returns what it made of the delivery.
   *
   * <p>A 410 switches the subscription off first: should this node die before the rest, nothing is
   * sent there any more, and what waits is cancelled when its turn comes. A 410 of a URL that the
   * subscription no longer has is a refusal like any other.
   */
  public Delivery record(AttemptContext context, Attempt attempt) {
    return record(context, attempt, gone -> write(context, attempt, gone));
  }

  /** The same for a first attempt, which most likely finds no row: those share a commit. */
  public Delivery recordFirst(AttemptContext context, Attempt attempt) {
    return record(context, attempt, gone -> writeFirst(context, attempt, gone));
  }

  private Delivery record(
      AttemptContext context, Attempt attempt, Function<Boolean, Delivery> write) {
    Tenant tenant = context.key().tenant();
    Receiver receiver = context.receiver();
    boolean gone =
        attempt.outcome() instanceof Outcome.Gone
            && goneReceivers.switchOff(tenant, receiver.id(), receiver.url());
    Delivery after = write.apply(gone);
    if (gone) {
      waiting.cancelForInactive(tenant, receiver.id());
    }
    listeners.forEach(listener -> listener.recorded(context, attempt, after));
    return after;
  }

  private Delivery writeFirst(AttemptContext context, Attempt attempt, boolean gone) {
    Delivery before = Delivery.pending(context.key());
    Verdict verdict = Verdict.of(before, context, attempt, true, gone, () -> null, random);
    return firstResults
        .commit(new FirstResult(verdict.delivery(), verdict.dueIn(), attempt))
        .orElseGet(() -> write(context, attempt, gone));
  }

  private Delivery write(AttemptContext context, Attempt attempt, boolean gone) {
    return transaction.get(
        () -> {
          Delivery before = deliveries.lock(context.key());
          if (attempts.have(before.key(), attempt)) {
            return before;
          }
          attempts.add(before, context.round(), attempt);
          boolean counts =
              context.round() == before.round()
                  && Objects.equals(context.runId(), before.runId())
                  && !before.state().isOver();
          Verdict verdict =
              Verdict.of(before, context, attempt, counts, gone, () -> left(before), random);
          deliveries.update(verdict.delivery(), verdict.dueIn());
          return deliveries.find(before.key().tenant(), before.key().id()).orElseThrow();
        });
  }

  private @Nullable Duration left(Delivery delivery) {
    return delivery.nextAttemptAt() == null ? null : deliveries.untilDue(delivery);
  }

  /**
   * Gives a delivery its row without an attempt, unless it has one: those share a commit as well.
   *
   * @param wait until it is due, or looked at again; null: never
   */
  public void leave(
      Delivery.Key key, State state, @Nullable String reason, @Nullable Duration wait) {
    var unused =
        firstResults.commit(new FirstResult(Delivery.pending(key).in(state, reason), wait, null));
  }

  /** After the last attempt. */
  @Override
  public void close() {
    firstResults.close();
  }
}
