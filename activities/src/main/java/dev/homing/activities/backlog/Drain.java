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
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what waits in one subscription's backlog, while this node holds its lease.
 *
 * <p>By the receiver's standing: closed, all that is due; over pace, the same, as fast as the pace
 * allows; open, one probe at a time; half open, more and more while it answers half; held, nothing.
 * Nothing that is held back counts as an attempt.
 */
final class Drain implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  /** Deliveries read at a time. */
  private static final int PORTION = 200;

  /** Deliveries sent together in a half-open state before it closes, unless fewer are allowed. */
  private static final int FULL_WINDOW = 20;

  /** A paced drain reads no more than it sends in this time, so that it sees changes soon. */
  private static final Duration PACED_PORTION = Duration.ofSeconds(5);

  /** For a longer pause the lease is given back. */
  static final Duration LONGEST_STAY = Duration.ofSeconds(2);

  /** An open breaker is probed after a tenth of the time since it opened, within these bounds. */
  private static final int PARTS_OF_OUTAGE = 10;

  private static final Duration SHORTEST_PROBE_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_PROBE_WAIT = Duration.ofMinutes(5);

  private final DrainParts parts;
  private final DrainLeases.Lease lease;
  private final BooleanSupplier stopping;
  private final LeasedWork work;
  private int window = 1;

  /** Whether deliveries may still be held from when the subscription was paused. */
  private boolean maybeHeld = true;

  /** When an open breaker is probed again. */
  private Instant nextProbe = Instant.MIN;

  /** {@code stopping}: no further attempt begins. */
  Drain(DrainParts parts, DrainLeases.Lease lease, BooleanSupplier stopping) {
    this.parts = parts;
    this.lease = lease;
    this.stopping = stopping;
    this.work = new LeasedWork(parts.leases().renewal(), () -> parts.leases().renew(lease));
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
      case HELD -> endHold(standing);
      case OPEN -> probe(receiver, standing);
      case HALF_OPEN -> ramp(receiver);
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
    return sent.equals(Sent.NONE) ? SHORTEST_PROBE_WAIT : Duration.ZERO;
  }

  private List<Due> due(Receiver receiver, int limit) {
    return parts.backlog().due(lease.key(), receiver.order() != null, limit);
  }

  private List<Due> dueRetriesFirst(Receiver receiver, int limit) {
    return parts.backlog().dueRetriesFirst(lease.key(), receiver.order() != null, limit);
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

  private Duration endHold(Standing standing) {
    Duration left =
        standing.heldUntil() == null
            ? Duration.ZERO
            : Duration.between(parts.clock().instant(), standing.heldUntil());
    if (left.isPositive()) {
      return left;
    }
    return beginRamp(1);
  }

  private Duration beginRamp(int first) {
    window = first;
    nextProbe = Instant.MIN;
    parts.standings().change(lease.key(), Standing.State.HALF_OPEN);
    return Duration.ZERO;
  }

  /**
   * Sends one delivery as the probe. Until the next probe it sends, each second, some of those
   * whose schedule is over, so that all of them end.
   */
  private @Nullable Duration probe(Receiver receiver, Standing standing)
      throws InterruptedException {
    if (!parts.clock().instant().isBefore(nextProbe)) {
      List<Due> probe = dueRetriesFirst(receiver, 1);
      if (probe.isEmpty()) {
        return null;
      }
      Sent sent = send(receiver, probe);
      nextProbe = parts.clock().instant().plus(probeWait(standing));
      if (!sent.equals(Sent.UNANSWERED)) {
        return afterProbe(sent);
      }
    }
    List<Due> expired = expired(receiver);
    return expired.isEmpty() ? untilNextProbe() : afterProbe(send(receiver, expired));
  }

  private Duration afterProbe(Sent sent) {
    if (sent.isOverPace()) {
      return sent.untilNext();
    }
    if (sent.answered() == 0) {
      return sent.equals(Sent.NONE) ? untilNextProbe() : SHORTEST_PROBE_WAIT;
    }
    return beginRamp(2);
  }

  private Duration untilNextProbe() {
    return Duration.between(parts.clock().instant(), nextProbe);
  }

  private List<Due> expired(Receiver receiver) {
    return parts
        .backlog()
        .dueByEndOfSchedule(lease.key(), receiver.order() != null, FULL_WINDOW)
        .stream()
        .filter(Due::expired)
        .toList();
  }

  private Duration probeWait(Standing standing) {
    Instant now = parts.clock().instant();
    Duration tenth = Duration.between(standing.since(), now).dividedBy(PARTS_OF_OUTAGE);
    Duration wait = tenth.compareTo(SHORTEST_PROBE_WAIT) > 0 ? tenth : SHORTEST_PROBE_WAIT;
    wait = wait.compareTo(LONGEST_PROBE_WAIT) < 0 ? wait : LONGEST_PROBE_WAIT;
    double jitter = 0.8 + 0.2 * ThreadLocalRandom.current().nextDouble();
    return Duration.ofMillis((long) (wait.toMillis() * jitter));
  }

  /**
   * Doubles what is sent together while the receiver answers at least half of it, until it is in
   * good standing. One that sheds load would never answer all.
   */
  private Duration ramp(Receiver receiver) throws InterruptedException {
    List<Due> due = dueRetriesFirst(receiver, Math.min(window, fullWindow(receiver)));
    Sent sent = due.isEmpty() ? Sent.NONE : send(receiver, due);
    if (isHeld()) {
      return Duration.ZERO;
    }
    if (sent.unanswered() > 0 && sent.answered() == 0) {
      parts.standings().change(lease.key(), Standing.State.OPEN);
      return SHORTEST_PROBE_WAIT; // It has just answered others.
    }
    if (sent.isOverPace()) {
      return sent.untilNext();
    }
    if (!due.isEmpty() && sent.answered() == 0) {
      return SHORTEST_PROBE_WAIT;
    }
    window = sent.answered() >= sent.unanswered() ? 2 * window : Math.max(1, window / 2);
    if (due.isEmpty() || window > fullWindow(receiver)) {
      parts.standings().change(lease.key(), Standing.State.CLOSED);
    }
    return Duration.ZERO;
  }

  /** Whether the receiver has just asked for a pause. */
  private boolean isHeld() {
    return trouble().filter(state -> state == Standing.State.HELD).isPresent();
  }

  private static int fullWindow(Receiver receiver) {
    Integer maxInFlight = receiver.pace().maxInFlight();
    return maxInFlight == null ? FULL_WINDOW : Math.min(maxInFlight, FULL_WINDOW);
  }

  private Sent send(Receiver receiver, List<Due> due) throws InterruptedException {
    return round(receiver).send(due, null);
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
