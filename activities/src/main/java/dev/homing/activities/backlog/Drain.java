package dev.homing.activities.backlog;

import dev.homing.activities.InternalFaults;
import dev.homing.activities.LeasedWork;
import dev.homing.activities.backlog.Backlog.Due;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.Pace;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.DeliveryId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits in one subscription's backlog, while this node holds its lease.
 *
 * <p>By the receiver's standing: closed, all that is due; over pace, the same, as fast as the pace
 * allows; held, nothing; open or half open, the few that its {@link Recovery} needs. Nothing that
 * is held back counts as an attempt.
 */
final class Drain implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  /** Deliveries read at a time. */
  private static final int PORTION = 200;

  /** A paced drain reads no more than it sends in this time, so that it sees changes soon. */
  private static final Duration PACED_PORTION = Duration.ofSeconds(5);

  /** The pause if no attempt of those that are due could begin. */
  private static final Duration NONE_BEGAN = Duration.ofSeconds(1);

  /** For a longer pause the lease is given back. */
  static final Duration LONGEST_STAY = Duration.ofSeconds(2);

  private final DrainParts parts;
  private final DrainLeases.Lease lease;
  private final BooleanSupplier stopping;
  private final LeasedWork work;
  private final Recovery recovery;

  /** Whether deliveries may still be held from when the subscription was paused. */
  private boolean maybeHeld = true;

  /** {@code stopping}: no further attempt begins. */
  Drain(DrainParts parts, DrainLeases.Lease lease, BooleanSupplier stopping) {
    this.parts = parts;
    this.lease = lease;
    this.stopping = stopping;
    this.work = new LeasedWork(parts.leases().renewal(), () -> parts.leases().renew(lease));
    this.recovery =
        new Recovery(parts, lease.key(), (receiver, due) -> round(receiver).send(due, null));
  }

  @Override
  public void run() {
    Duration pause = null;
    try {
      while (mayContinue()) {
        var unused = work.renewIfDue();
        pause = step();
        if (pause == null || pause.compareTo(LONGEST_STAY) > 0) {
          break;
        }
        Thread.sleep(pause);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException fault) {
      log.warn("the drain of {} pauses: {}", lease.subscription(), fault.toString());
      pause = InternalFaults.shortDelay();
    }
    giveBack(pause);
  }

  private boolean mayContinue() {
    return work.isLeased() && !stopping.getAsBoolean();
  }

  /** Works on an interrupted thread: the pool would give it no connection. */
  private void giveBack(@Nullable Duration pause) {
    boolean interrupted = Thread.interrupted();
    try {
      parts.leases().giveBack(lease, pause);
    } catch (RuntimeException e) {
      log.debug("the lease on the backlog of {} will expire", lease.subscription(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Makes one step; returns the pause before the next one, or null if nothing is due. */
  private @Nullable Duration step() throws InterruptedException {
    Receiver receiver = parts.receivers().find(lease.tenant(), lease.subscription()).orElseThrow();
    parts.sequences().advance(lease.tenant(), receiver);
    return switch (receiver.status()) {
      case ACTIVE -> stepIfActive(receiver);
      case PAUSED -> again(parts.backlog().holdIfPaused(lease.key()));
      case GONE, OPTED_OUT, FAILING, DELETED ->
          again(
              parts.waiting().cancelForInactive(lease.tenant(), lease.subscription())
                  == WaitingDeliveries.MOST_CHANGED);
      case UNREADABLE -> {
        log.error(
            "the backlog of {} is parked: it cannot be read: {}", receiver.id(), receiver.fault());
        yield again(parts.backlog().park(lease.key(), InternalFaults.PARKED_RECHECK));
      }
    };
  }

  private static @Nullable Duration again(boolean more) {
    return more ? Duration.ZERO : null;
  }

  /** Releases what is still held from a pause: some at each step, and again when idle. */
  private @Nullable Duration stepIfActive(Receiver receiver) throws InterruptedException {
    if (maybeHeld) {
      maybeHeld = parts.backlog().release(lease.key()) > 0;
    }
    Duration pause = stepByStanding(receiver);
    if (pause == null) {
      maybeHeld = parts.backlog().release(lease.key()) > 0;
      return again(maybeHeld);
    }
    return pause;
  }

  private @Nullable Duration stepByStanding(Receiver receiver) throws InterruptedException {
    Standing standing = parts.standings().find(lease.key()).orElse(null);
    if (standing == null) {
      return sendDue(receiver);
    }
    return switch (standing.state()) {
      case CLOSED -> sendDue(receiver);
      case OVER_PACE -> sendAtPace(receiver);
      case HELD -> recovery.endHold(standing);
      case OPEN -> recovery.probe(receiver, standing);
      case HALF_OPEN -> recovery.ramp(receiver);
    };
  }

  private @Nullable Duration sendDue(Receiver receiver) throws InterruptedException {
    List<Due> due = due(receiver, portion(receiver));
    if (due.isEmpty()) {
      return null;
    }
    Sent sent =
        round(receiver)
            .send(due, receiver.order() == null ? null : ended -> nextInOrder(receiver, ended));
    if (sent.isOverPace()) {
      return sent.untilNext();
    }
    return sent.equals(Sent.NONE) ? NONE_BEGAN : Duration.ZERO;
  }

  private List<Due> due(Receiver receiver, int limit) {
    return parts.backlog().due(lease.key(), receiver.order() != null, limit);
  }

  /** Sends what is due, and leaves what comes next to the express lane once nothing is. */
  private Duration sendAtPace(Receiver receiver) throws InterruptedException {
    Duration pause = sendDue(receiver);
    if (pause == null) {
      parts.standings().change(lease.key(), Standing.State.CLOSED);
    }
    return pause == null ? Duration.ZERO : pause;
  }

  private static int portion(Receiver receiver) {
    return Stream.of(receiver.pace(), receiver.tenantPace())
        .map(Pace::rate)
        .filter(Objects::nonNull)
        .mapToLong(rate -> rate.limit() * PACED_PORTION.toSeconds() / rate.per().toSeconds())
        .mapToInt(requests -> Math.clamp(requests, 1, PORTION))
        .min()
        .orElse(PORTION);
  }

  /** What is due after the sequences of these deliveries have advanced. */
  private List<Due> nextInOrder(Receiver receiver, List<DeliveryId> ended) {
    return parts.sequences().advance(lease.tenant(), receiver, ended)
        ? due(receiver, PORTION)
        : List.of();
  }

  /**
   * A round of attempts.
   *
   * <p>Once the receiver wants no more events, or comes into another trouble, no further attempt
   * begins.
   */
  private DrainRound round(Receiver receiver) {
    Optional<Standing.State> before = trouble();
    return new DrainRound(
        new DrainAttempt(parts, lease.key()),
        work,
        receiver,
        () -> mayContinue() && (trouble().isEmpty() || trouble().equals(before)));
  }

  private Optional<Standing.State> trouble() {
    return parts
        .standings()
        .find(lease.key())
        .map(Standing::state)
        .filter(Standing.State::isTrouble);
  }
}
