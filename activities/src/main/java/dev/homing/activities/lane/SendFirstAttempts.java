package dev.homing.activities.lane;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.delivery.InternalFaults;
import dev.homing.activities.event.Leases;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.EgressDownException;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.outbound.WebhookRequest;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes first attempts of an event at once, on virtual threads, for whoever holds its lease.
 *
 * <p>Each recipient gets its row, with an attempt or without: what finds no slot in time is left to
 * the durable lane.
 */
public final class SendFirstAttempts {
  private static final Logger log = LoggerFactory.getLogger(SendFirstAttempts.class);
  private static final Duration LONGEST_WAIT_FOR_A_SLOT = Duration.ofSeconds(30);

  private final Leases leases;
  private final Deliveries deliveries;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final SendingLimits slots;
  private final FairTransactions transaction;

  public SendFirstAttempts(
      Leases leases,
      Deliveries deliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      SendingLimits slots,
      FairTransactions transaction) {
    this.leases = leases;
    this.deliveries = deliveries;
    this.sender = sender;
    this.attemptLog = attemptLog;
    this.slots = slots;
    this.transaction = transaction;
  }

  /**
   * What every recipient of an event is sent.
   *
   * @param hops by how many deliveries of Homing it came here
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Content(AcceptedEvent event, String contentType, byte[] payload, int hops) {

    /** Without the payload: it is the client's, and may hold anything. */
    @Override
    public String toString() {
      return "Content[%s, %d bytes]".formatted(event, payload.length);
    }
  }

  /**
   * Returns once each has its row, or the lease is lost: then no other attempt begins. Throws
   * faults of ours: then the lease is still held.
   *
   * @return whether the lease was kept
   */
  boolean send(
      Content content, Leases.Lease lease, Iterable<Receiver> receivers, RecipientResults results) {
    Sending sending = new Sending(content, lease, results);
    List<CompletableFuture<Void>> attempts = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Receiver to : receivers) {
        if (!sending.awaitSeat()) {
          break;
        }
        attempts.add(CompletableFuture.runAsync(() -> seated(sending, to), threads));
      }
      sending.await(CompletableFuture.allOf(attempts.toArray(CompletableFuture<?>[]::new)));
    }
    return sending.leased;
  }

  /** The first attempts of an event: once the lease is lost or one has failed, no other begins. */
  private final class Sending {
    private final Content content;
    private final Leases.Lease lease;
    private final RecipientResults results;
    private final SendingLimits.Event slots =
        SendFirstAttempts.this.slots.forEvent(LONGEST_WAIT_FOR_A_SLOT);
    private long renewAtNanos = System.nanoTime() + leases.renewal().toNanos();
    private volatile boolean leased = true;
    private volatile boolean failed;

    Sending(Content content, Leases.Lease lease, RecipientResults results) {
      this.content = content;
      this.lease = lease;
      this.results = results;
    }

    Delivery.Key to(Receiver receiver) {
      AcceptedEvent event = content.event();
      return new Delivery.Key(event.tenant(), event.id(), event.type(), receiver.id());
    }

    boolean goesOn() {
      return leased && !failed;
    }

    /** False if it does not go on. */
    boolean awaitSeat() {
      try {
        for (renewIfDue(); goesOn(); renewIfDue()) {
          if (slots.sit(untilRenewal())) {
            return true;
          }
        }
        return false;
      } catch (InterruptedException stopped) {
        throw interrupted();
      }
    }

    void await(CompletableFuture<Void> all) {
      while (true) {
        try {
          all.get(untilRenewal().toNanos(), TimeUnit.NANOSECONDS);
          return;
        } catch (TimeoutException stillSending) {
          renewIfDue();
        } catch (ExecutionException failure) {
          throw failure.getCause() instanceof RuntimeException ours
              ? ours
              : new IllegalStateException(failure.getCause());
        } catch (InterruptedException stopped) {
          throw interrupted();
        }
      }
    }

    private Duration untilRenewal() {
      return Duration.ofNanos(Math.max(0, renewAtNanos - System.nanoTime()));
    }

    /** Keeps the lease while the work goes on. */
    private void renewIfDue() {
      if (untilRenewal().isZero()) {
        leased = leases.renew(lease);
        renewAtNanos = System.nanoTime() + leases.renewal().toNanos();
      }
    }
  }

  private void seated(Sending sending, Receiver receiver) {
    try {
      first(sending, receiver);
    } catch (RuntimeException ours) {
      sending.failed = true;
      throw ours;
    } finally {
      sending.slots.stand();
    }
  }

  /**
   * A fault of ours that comes with one recipient is left to the durable lane, not to the others.
   */
  private void first(Sending sending, Receiver receiver) {
    try {
      byStanding(sending, receiver);
    } catch (RuntimeException ours) {
      if (InternalFaults.isTransient(ours)) {
        throw ours;
      }
      log.error(
          "a first attempt of {} to {} failed", sending.content.event().id(), receiver.id(), ours);
      leave(sending, receiver, State.RETRYING, null, Duration.ZERO);
    }
  }

  private void byStanding(Sending sending, Receiver receiver) {
    switch (receiver.standing()) {
      case ACTIVE -> attempt(sending, receiver);
      case PAUSED -> hold(sending, receiver);
      case GONE -> leave(sending, receiver, State.CANCELLED, "gone", null);
      case DELETED -> leave(sending, receiver, State.CANCELLED, "subscription_deleted", null);
      case UNREADABLE -> park(sending, receiver);
    }
  }

  private void hold(Sending sending, Receiver receiver) {
    Delivery.Key key = sending.to(receiver);
    State state = transaction.get(() -> deliveries.addHeldIfPaused(key));
    sending.results.add(key, state, null);
  }

  private void park(Sending sending, Receiver receiver) {
    leave(sending, receiver, State.HELD, InternalFaults.UNREADABLE, InternalFaults.PARKED);
    log.error(
        "{} is parked: {} cannot be read: {}",
        sending.to(receiver).id(),
        receiver.id(),
        receiver.fault());
  }

  private void attempt(Sending sending, Receiver receiver) {
    if (!enter(sending.slots, receiver.id())) {
      leave(sending, receiver, State.RETRYING, null, Duration.ZERO);
      return;
    }
    try {
      Attempt attempt = sendUnlessStopped(sending, receiver);
      if (attempt != null) {
        Delivery.Key key = sending.to(receiver);
        Delivery after =
            attemptLog.recordFirst(new AttemptContext(key, 1, null, receiver), attempt);
        sending.results.add(key, after.state(), attempt);
      }
    } catch (EgressDownException cutOff) {
      leave(sending, receiver, State.RETRYING, null, InternalFaults.shortDelay());
    } finally {
      sending.slots.leave();
    }
  }

  private @Nullable Attempt sendUnlessStopped(Sending sending, Receiver receiver) {
    Content content = sending.content;
    try {
      return sending.goesOn()
          ? sender.send(
              WebhookRequest.to(
                  receiver,
                  1,
                  content.event().id(),
                  content.contentType(),
                  content.payload(),
                  content.hops()))
          : null;
    } finally {
      sending.slots.answered(receiver.id());
    }
  }

  /** Gives a recipient its row without an attempt. */
  private void leave(
      Sending sending,
      Receiver receiver,
      State state,
      @Nullable String reason,
      @Nullable Duration wait) {
    Delivery.Key key = sending.to(receiver);
    attemptLog.leave(key, state, reason, wait);
    sending.results.add(key, state, null);
  }

  private static boolean enter(SendingLimits.Event turns, SubscriptionId subscription) {
    try {
      return turns.enter(subscription);
    } catch (InterruptedException stopped) {
      throw interrupted();
    }
  }

  static IllegalStateException interrupted() {
    Thread.currentThread().interrupt();
    return new IllegalStateException("stopped while sending");
  }
}
