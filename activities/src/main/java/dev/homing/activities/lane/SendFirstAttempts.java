package dev.homing.activities.lane;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.InternalFaults;
import dev.homing.activities.LeasedWork;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.event.Leases;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.EgressDownException;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.pace.Pacing;
import dev.homing.activities.pace.Permit;
import dev.homing.activities.slots.SendingLimits;
import dev.homing.activities.slots.SendingLimits.Seat;
import dev.homing.activities.slots.SendingLimits.Slot;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.standing.OwnRetries;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.delivery.Outcome;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an event's first attempts at once, on virtual threads, for the lease holder.
 *
 * <p>Each recipient gets its row, with an attempt or without: a delivery that finds no slot in time
 * is left to the durable lane.
 */
public final class SendFirstAttempts {
  private static final Logger log = LoggerFactory.getLogger(SendFirstAttempts.class);
  private static final Duration SLOT_TIMEOUT = Duration.ofSeconds(30);

  private final Leases leases;
  private final Deliveries deliveries;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final SendingLimits limits;
  private final Pacing pacing;
  private final KnownStandings standings;
  private final OwnRetries ownRetries;
  private final FairTransactions transaction;

  public SendFirstAttempts(
      Leases leases,
      Deliveries deliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      SendingLimits limits,
      Pacing pacing,
      KnownStandings standings,
      OwnRetries ownRetries,
      FairTransactions transaction) {
    this.leases = leases;
    this.deliveries = deliveries;
    this.sender = sender;
    this.attemptLog = attemptLog;
    this.limits = limits;
    this.pacing = pacing;
    this.standings = standings;
    this.ownRetries = ownRetries;
    this.transaction = transaction;
  }

  /** These receivers in the order in which to send: those that have succeeded lately first. */
  List<Receiver> inOrder(Collection<Receiver> receivers) {
    Map<Boolean, List<Receiver>> byProven =
        receivers.stream()
            .collect(Collectors.partitioningBy(receiver -> limits.isProven(receiver.id())));
    return Stream.of(true, false).map(byProven::get).flatMap(List::stream).toList();
  }

  /**
   * Sends to these receivers, and returns once each has its row.
   *
   * <p>Once the lease is lost, no further attempt begins. Internal faults are thrown, and leave the
   * lease held.
   *
   * @return whether the lease was kept
   */
  boolean send(
      Content content, Leases.Lease lease, Iterable<Receiver> receivers, RecipientResults results) {
    Sending sending = new Sending(content, lease, results);
    List<CompletableFuture<Void>> attempts = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (Receiver to : receivers) {
          Seat seat = sending.awaitSeat(to);
          if (seat == null) {
            break;
          }
          attempts.add(CompletableFuture.runAsync(() -> sendSeated(sending, seat, to), threads));
        }
        sending.work.await(CompletableFuture.allOf(attempts.toArray(CompletableFuture<?>[]::new)));
      } catch (InterruptedException stopped) {
        throw interrupted(); // So that the attempts are interrupted as well.
      }
    }
    return sending.work.isLeased();
  }

  /** One event's first attempts; none begins after a lost lease or an internal fault. */
  private final class Sending {
    private final Content content;
    private final RecipientResults results;
    private final LeasedWork work;
    private final SendingLimits.Share share;
    private volatile boolean failed;

    Sending(Content content, Leases.Lease lease, RecipientResults results) {
      this.content = content;
      this.results = results;
      this.work = new LeasedWork(leases.renewal(), () -> leases.renew(lease));
      this.share = limits.share(content.event().tenant(), SLOT_TIMEOUT);
    }

    AttemptContext context(Receiver receiver) {
      return AttemptContext.first(to(receiver), receiver).withKey(content.orderingKey());
    }

    Delivery.Key to(Receiver receiver) {
      AcceptedEvent event = content.event();
      return new Delivery.Key(event.tenant(), event.id(), event.type(), receiver.id());
    }

    boolean mayContinue() {
      return work.isLeased() && !failed;
    }

    /** Waits for a seat; null if no further attempt may begin. */
    @Nullable Seat awaitSeat(Receiver to) throws InterruptedException {
      Seat seat = null;
      for (Duration left = work.renewIfDue();
          seat == null && mayContinue();
          left = work.renewIfDue()) {
        seat = share.acquireSeat(to.id(), left);
      }
      return seat;
    }
  }

  private void sendSeated(Sending sending, Seat seat, Receiver receiver) {
    try (seat) {
      sendFirst(sending, seat, receiver);
    } catch (InterruptedException stopped) {
      sending.failed = true;
      throw interrupted();
    } catch (RuntimeException e) {
      sending.failed = true;
      throw e;
    }
  }

  /** Leaves a recipient to the durable lane if an internal fault comes with it alone. */
  private void sendFirst(Sending sending, Seat seat, Receiver receiver)
      throws InterruptedException {
    try {
      handle(sending, seat, receiver);
    } catch (RuntimeException fault) {
      if (InternalFaults.isTransient(fault)) {
        throw fault;
      }
      log.error(
          "internal fault in the first attempt of {} to {}",
          sending.content.event().id(),
          receiver.id(),
          fault);
      leave(sending, receiver, State.RETRYING, null, Duration.ZERO);
    }
  }

  private void handle(Sending sending, Seat seat, Receiver receiver) throws InterruptedException {
    switch (receiver.status()) {
      case ACTIVE -> attempt(sending, seat, receiver);
      case PAUSED -> hold(sending, receiver);
      case GONE, OPTED_OUT, FAILING, DELETED ->
          leave(sending, receiver, State.CANCELLED, Reason.ofEnd(receiver.status()), null);
      case UNREADABLE -> park(sending, receiver);
    }
  }

  private void hold(Sending sending, Receiver receiver) {
    Delivery.Key key = sending.to(receiver);
    State state = transaction.get(() -> deliveries.addHeldIfPaused(key));
    sending.results.add(key, state);
  }

  private void park(Sending sending, Receiver receiver) {
    leave(sending, receiver, State.HELD, Reason.UNREADABLE, InternalFaults.PARKED_RECHECK);
    log.error(
        "{} is parked: {} cannot be read: {}",
        sending.to(receiver).id(),
        receiver.id(),
        receiver.fault());
  }

  private void attempt(Sending sending, Seat seat, Receiver receiver) throws InterruptedException {
    if (standings.isExclusive(sending.content.event().tenant(), receiver.id())) {
      leaveToDrain(sending, receiver);
      return;
    }
    Slot slot = seat.acquireSlot(receiver.id(), receiver.pace().maxInFlight());
    if (slot == null) {
      leaveWithoutSlot(sending, receiver);
      return;
    }
    try {
      if (sending.mayContinue()) {
        attempt(sending, slot, receiver);
      }
    } catch (EgressDownException e) {
      leave(sending, receiver, State.RETRYING, null, InternalFaults.shortDelay());
    } finally {
      slot.release();
    }
  }

  private void attempt(Sending sending, Slot slot, Receiver receiver) {
    Attempt attempt;
    try (Permit permit = pacing.ask(sending.content.event().tenant(), receiver)) {
      if (!permit.isGranted()) {
        slot.notSent();
        leaveOverPace(sending, receiver);
        return;
      }
      attempt = sender.send(sending.content.firstRequest(receiver));
    }
    if (attempt.outcome() instanceof Outcome.Delivered) {
      slot.delivered();
    }
    Delivery after =
        attemptLog.recordFirst(
            sending.context(receiver), attempt, () -> ownRetries.tryTake(receiver.id()));
    sending.results.add(after, attempt);
  }

  private void leaveWithoutSlot(Sending sending, Receiver receiver) {
    if (receiver.pace().maxInFlight() != null) {
      leaveOverPace(sending, receiver);
      return;
    }
    if (ownRetries.isUnlimited()) {
      leave(sending, receiver, State.RETRYING, null, Duration.ZERO);
      return;
    }
    if (limits.hangs(receiver.id())) {
      standings.open(sending.to(receiver).subscription(), Standing.Reason.HANGS, null);
    }
    leaveToDrain(sending, receiver);
  }

  private void leaveOverPace(Sending sending, Receiver receiver) {
    standings.overPace(sending.to(receiver).subscription());
    leaveToDrain(sending, receiver);
  }

  /** Adds a recipient's row to its subscription's backlog, without an attempt. */
  private void leaveToDrain(Sending sending, Receiver receiver) {
    attemptLog.addToBacklog(sending.context(receiver));
    sending.results.addBacklogged(sending.to(receiver));
  }

  /** Adds a recipient's row without an attempt. */
  private void leave(
      Sending sending,
      Receiver receiver,
      State state,
      @Nullable Reason reason,
      @Nullable Duration wait) {
    Delivery.Key key = sending.to(receiver);
    attemptLog.addWithoutAttempt(key, state, reason, wait);
    sending.results.add(key, state);
  }

  static IllegalStateException interrupted() {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while sending");
  }
}
