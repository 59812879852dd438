package dev.homing.activities.delivery;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.GroupCommit;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.subscription.DisableSubscriptions;
import dev.homing.activities.subscription.DisabledReason;
import dev.homing.activities.subscription.Receiver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records each attempt and its delivery's new state in one commit, then notifies listeners.
 *
 * <p>Two attempts of a delivery may overlap, so the {@link Verdict} is made under the row's lock.
 */
public final class AttemptLog implements AutoCloseable {
  private final Deliveries deliveries;
  private final WaitingDeliveries waiting;
  private final DisableSubscriptions disabling;
  private final RecordedAttempts attempts;
  private final GroupCommit<FirstResults.Result, Optional<Delivery>> firstResults;
  private final GroupCommit<DrainedResults.Result, Delivery> drainedResults;
  private final FairTransactions transaction;
  private final List<AttemptListener> listeners;
  private final DoubleSupplier random;

  /** {@code random} gives values from 0 to 1, for jitter. */
  public AttemptLog(
      Deliveries deliveries,
      WaitingDeliveries waiting,
      DisableSubscriptions disabling,
      RecordedAttempts attempts,
      FirstResults firstResults,
      DrainedResults drainedResults,
      FairTransactions transaction,
      List<AttemptListener> listeners,
      DoubleSupplier random) {
    this.deliveries = deliveries;
    this.waiting = waiting;
    this.disabling = disabling;
    this.attempts = attempts;
    this.firstResults =
        GroupCommit.patient(together -> transaction.get(() -> firstResults.add(together)));
    this.drainedResults =
        GroupCommit.patient(
            together -> transaction.get(() -> drainedResults.record(together, random)));
    this.transaction = transaction;
    this.listeners = List.copyOf(listeners);
    this.random = random;
  }

  /**
   * Records an attempt once, and returns the delivery as the attempt left it.
   *
   * <p>A 410, or a receiver that asks for it, disables the subscription first. If this node dies
   * before it has recorded the rest, nothing more is sent there, and waiting deliveries are
   * cancelled when they are due. An answer from a URL that the subscription no longer has disables
   * nothing.
   */
  public Delivery record(AttemptContext context, Attempt attempt) {
    return record(context, attempt, disabled -> write(context, attempt, disabled));
  }

  /**
   * Records a first attempt; its delivery rarely has a row yet, so many share a commit.
   *
   * @param ownRetry asked if the delivery is retried: by a workflow of its own, or by its
   *     subscription's drain?
   */
  public Delivery recordFirst(AttemptContext context, Attempt attempt, BooleanSupplier ownRetry) {
    return record(context, attempt, disabled -> writeFirst(context, attempt, disabled, ownRetry));
  }

  /** Records an attempt that a drain made; many share a commit. */
  public Delivery recordDrained(AttemptContext context, Attempt attempt) {
    return record(
        context,
        attempt,
        disabled -> drainedResults.commit(new DrainedResults.Result(context, attempt, disabled)));
  }

  private Delivery record(
      AttemptContext context, Attempt attempt, Function<@Nullable Reason, Delivery> write) {
    DisabledReason disabled = disable(context, attempt);
    Delivery after = write.apply(disabled == null ? null : Reason.of(disabled.word()));
    if (disabled != null) {
      waiting.cancelForInactive(context.key().tenant(), context.receiver().id());
    }
    listeners.forEach(listener -> listener.recorded(context, attempt, after));
    return after;
  }

  /** Disables the subscription if the answer asks for it; returns why, or null if it does not. */
  private @Nullable DisabledReason disable(AttemptContext context, Attempt attempt) {
    DisabledReason reason = attempt.disables();
    Receiver receiver = context.receiver();
    return reason != null
            && disabling.disable(context.key().tenant(), receiver.id(), receiver.url(), reason)
        ? reason
        : null;
  }

  private Delivery writeFirst(
      AttemptContext context,
      Attempt attempt,
      @Nullable Reason disabled,
      BooleanSupplier ownRetry) {
    Delivery before = Delivery.pending(context.key());
    Verdict verdict = Verdict.of(before, context, attempt, true, disabled, () -> null, random);
    Delivery after = verdict.delivery();
    FirstResults.Result result =
        after.state() == State.RETRYING && !ownRetry.getAsBoolean()
            ? new FirstResults.Result(
                after.inBacklog(), verdict.dueIn(), attempt, retryFor(context, verdict))
            : new FirstResults.Result(after, verdict.dueIn(), attempt, null);
    return firstResults.commit(result).orElseGet(() -> write(context, attempt, disabled));
  }

  private static Duration retryFor(AttemptContext context, Verdict verdict) {
    Duration bySchedule = context.timeLeft(1);
    Duration asked = verdict.retryFor();
    return asked == null || asked.compareTo(bySchedule) < 0 ? bySchedule : asked;
  }

  private Delivery write(AttemptContext context, Attempt attempt, @Nullable Reason disabled) {
    return transaction.get(
        () -> {
          Delivery before = deliveries.lock(context.key());
          if (attempts.contains(before.key(), attempt)) {
            return before;
          }
          attempts.add(before, context.round(), attempt);
          boolean counts =
              context.round() == before.round()
                  && Objects.equals(context.runId(), before.runId())
                  && !before.state().isOver();
          Verdict verdict =
              Verdict.of(
                  before,
                  context,
                  attempt,
                  counts,
                  disabled,
                  () -> deliveries.untilDue(before),
                  random);
          deliveries.update(verdict.delivery(), verdict.dueIn());
          return deliveries.find(before.key().tenant(), before.key().id()).orElseThrow();
        });
  }

  /**
   * Adds a delivery's row without an attempt, unless it has one; many share a commit.
   *
   * @param wait time until it is due, or checked again; null: never by itself
   */
  public void addWithoutAttempt(
      Delivery.Key key, State state, @Nullable Reason reason, @Nullable Duration wait) {
    var unused =
        firstResults.commit(
            new FirstResults.Result(Delivery.pending(key).in(state, reason), wait, null, null));
  }

  /** Adds a delivery's row to the backlog without an attempt, unless it has one. */
  public void addToBacklog(AttemptContext context) {
    var unused =
        firstResults.commit(
            new FirstResults.Result(
                Delivery.pending(context.key()).in(State.RETRYING, null).inBacklog(),
                Duration.ZERO,
                null,
                context.timeLeft(0)));
  }

  /** Call after the last attempt. */
  @Override
  public void close() {
    firstResults.close();
    drainedResults.close();
  }
}
