package dev.homing.activities.backlog;

import dev.homing.activities.backlog.Backlog.Due;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.SubscriptionKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a receiver in trouble has recovered, with a few of the deliveries that wait.
 *
 * <p>While the breaker is open, it sends one probe at a time. Half open, it sends more and more
 * while the receiver answers half of it, until the breaker closes. Each step returns the pause
 * before the next one, or null if nothing is due.
 */
final class Recovery {
  /** Deliveries sent together in a half-open state before it closes, unless fewer are allowed. */
  private static final int FULL_WINDOW = 20;

  /** An open breaker is probed after a tenth of the time since it opened, within these bounds. */
  private static final int PARTS_OF_OUTAGE = 10;

  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final DrainParts parts;
  private final SubscriptionKey key;
  private final Sending sending;
  private int window = 1;

  /** When an open breaker is probed again. */
  private Instant nextProbe = Instant.MIN;

  /** Sends these deliveries together. */
  interface Sending {
    Sent send(Receiver receiver, List<Due> due) throws InterruptedException;
  }

  Recovery(DrainParts parts, SubscriptionKey key, Sending sending) {
    this.parts = parts;
    this.key = key;
    this.sending = sending;
  }

  /** Waits until the time is over for which the receiver is held, and begins with one delivery. */
  Duration endHold(Standing held) {
    Duration left =
        held.heldUntil() == null
            ? Duration.ZERO
            : Duration.between(parts.clock().instant(), held.heldUntil());
    return left.isPositive() ? left : beginRamp(1);
  }

  /**
   * Sends one delivery as the probe. Until the next probe it sends, each second, some of those
   * whose schedule is over, so that all of them end.
   */
  @Nullable Duration probe(Receiver receiver, Standing open) throws InterruptedException {
    if (!parts.clock().instant().isBefore(nextProbe)) {
      List<Due> probe = dueRetriesFirst(receiver, 1);
      if (probe.isEmpty()) {
        return null;
      }
      Sent sent = sending.send(receiver, probe);
      nextProbe = parts.clock().instant().plus(probeWait(open));
      if (!sent.equals(Sent.UNANSWERED)) {
        return afterProbe(sent);
      }
    }
    List<Due> expired = expired(receiver);
    return expired.isEmpty() ? untilNextProbe() : afterProbe(sending.send(receiver, expired));
  }

  private Duration afterProbe(Sent sent) {
    if (sent.isOverPace()) {
      return sent.untilNext();
    }
    if (sent.answered() == 0) {
      return sent.equals(Sent.NONE) ? untilNextProbe() : SHORTEST_WAIT;
    }
    return beginRamp(2);
  }

  private Duration untilNextProbe() {
    return Duration.between(parts.clock().instant(), nextProbe);
  }

  private Duration probeWait(Standing open) {
    Instant now = parts.clock().instant();
    Duration tenth = Duration.between(open.since(), now).dividedBy(PARTS_OF_OUTAGE);
    Duration wait = tenth.compareTo(SHORTEST_WAIT) > 0 ? tenth : SHORTEST_WAIT;
    wait = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    double jitter = 0.8 + 0.2 * ThreadLocalRandom.current().nextDouble();
    return Duration.ofMillis((long) (wait.toMillis() * jitter));
  }

  private List<Due> expired(Receiver receiver) {
    return parts.backlog().dueByEndOfSchedule(key, receiver.order() != null, FULL_WINDOW).stream()
        .filter(Due::expired)
        .toList();
  }

  private List<Due> dueRetriesFirst(Receiver receiver, int limit) {
    return parts.backlog().dueRetriesFirst(key, receiver.order() != null, limit);
  }

  private Duration beginRamp(int first) {
    window = first;
    nextProbe = Instant.MIN;
    parts.standings().change(key, Standing.State.HALF_OPEN);
    return Duration.ZERO;
  }

  /**
   * Doubles what is sent together while the receiver answers at least half of it, until it is in
   * good standing. One that sheds load would never answer all.
   */
  Duration ramp(Receiver receiver) throws InterruptedException {
    List<Due> due = dueRetriesFirst(receiver, Math.min(window, fullWindow(receiver)));
    Sent sent = due.isEmpty() ? Sent.NONE : sending.send(receiver, due);
    if (isHeld()) {
      return Duration.ZERO;
    }
    if (sent.unanswered() > 0 && sent.answered() == 0) {
      parts.standings().change(key, Standing.State.OPEN);
      return SHORTEST_WAIT; // It has just answered others.
    }
    if (sent.isOverPace()) {
      return sent.untilNext();
    }
    if (!due.isEmpty() && sent.answered() == 0) {
      return SHORTEST_WAIT;
    }
    window = sent.answered() >= sent.unanswered() ? 2 * window : Math.max(1, window / 2);
    if (due.isEmpty() || window > fullWindow(receiver)) {
      parts.standings().change(key, Standing.State.CLOSED);
    }
    return Duration.ZERO;
  }

  /** Whether the receiver has just asked for a pause. */
  private boolean isHeld() {
    return parts
        .standings()
        .find(key)
        .filter(standing -> standing.state() == Standing.State.HELD)
        .isPresent();
  }

  private static int fullWindow(Receiver receiver) {
    Integer maxInFlight = receiver.pace().maxInFlight();
    return maxInFlight == null ? FULL_WINDOW : Math.min(maxInFlight, FULL_WINDOW);
  }
}
