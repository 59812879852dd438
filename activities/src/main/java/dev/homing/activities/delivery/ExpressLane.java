package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.WaitingDelivery;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.FirstAttempts;
import dev.homing.workflows.event.Unfinished;
import io.temporal.activity.Activity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes all first attempts of an event at once, on virtual threads, whatever the fan-out.
 *
 * <p>Only who holds the event's lease sends. What finds no slot in time is left to the durable
 * lane.
 */
public final class ExpressLane implements FirstAttempts {
  private static final Logger log = LoggerFactory.getLogger(ExpressLane.class);
  private static final Duration LONGEST_WAIT_FOR_A_SLOT = Duration.ofSeconds(15);
  private static final Duration FIRST_LOOK = Duration.ofMillis(100);
  private static final Duration LAST_LOOK = Duration.ofSeconds(1);

  private final Events events;
  private final OpenEvents open;
  private final Receivers receivers;
  private final Deliveries deliveries;
  private final HttpSender sender;
  private final AttemptLog attemptLog;
  private final DeliveryWorkflows workflows;
  private final Slots slots;
  private final TransactionTemplate transaction;

  public ExpressLane(
      Events events,
      OpenEvents open,
      Receivers receivers,
      Deliveries deliveries,
      HttpSender sender,
      AttemptLog attemptLog,
      DeliveryWorkflows workflows,
      Slots slots,
      TransactionTemplate transaction) {
    this.events = events;
    this.open = open;
    this.receivers = receivers;
    this.deliveries = deliveries;
    this.sender = sender;
    this.attemptLog = attemptLog;
    this.workflows = workflows;
    this.slots = slots;
    this.transaction = transaction;
  }

  @Override
  public Unfinished sendAll(AcceptedEvent event, @Nullable DeliveryId after, String originalRun) {
    String run = requireNonNull(Activity.getExecutionContext().getInfo().getWorkflowRunId());
    boolean reset = !run.equals(originalRun);
    if (reset) {
      openRounds(event, run).forEach(workflows::wake);
    }
    Results results = new Results();
    events.find(event.tenant(), event.id()).ifPresent(kept -> sendMissing(kept, results));
    return unfinished(event, reset ? null : after, results);
  }

  private List<DeliveryId> openRounds(AcceptedEvent event, String run) {
    return requireNonNull(
        transaction.execute(_ -> deliveries.openRounds(event.tenant(), event.id(), run)));
  }

  /** Returns once every recipient has its row: who loses the lease waits like anybody else. */
  private void sendMissing(Events.Event event, Results results) {
    Optional<OpenEvents.Lease> lease = leaseFor(event.accepted());
    while (lease.isPresent() && !send(event, lease.get(), results)) {
      lease = leaseFor(event.accepted());
    }
  }

  /** Empty once every recipient has its row, by whomever. */
  private Optional<OpenEvents.Lease> leaseFor(AcceptedEvent event) {
    Optional<OpenEvents.Lease> lease = open.takeUp(event);
    Duration pause = FIRST_LOOK;
    while (lease.isEmpty() && open.isOpen(event)) {
      lease = open.takeOver(event);
      if (lease.isEmpty()) {
        sleep(pause);
        pause = pause.multipliedBy(2).compareTo(LAST_LOOK) < 0 ? pause.multipliedBy(2) : LAST_LOOK;
      }
    }
    return lease;
  }

  /** False if the lease was lost meanwhile. */
  private boolean send(Events.Event event, OpenEvents.Lease lease, Results results) {
    boolean kept;
    try {
      kept = sendWith(event, lease, results);
    } catch (RuntimeException ours) {
      open.release(lease);
      throw ours;
    }
    open.closeIfComplete(event.accepted());
    return kept;
  }

  private boolean sendWith(Events.Event event, OpenEvents.Lease lease, Results results) {
    Set<SubscriptionId> done =
        deliveries.of(event.tenant(), event.id()).stream()
            .map(delivery -> delivery.key().subscriptionId())
            .collect(Collectors.toSet());
    List<SubscriptionId> missing =
        event.recipients().stream().filter(recipient -> !done.contains(recipient)).toList();
    Map<SubscriptionId, Receiver> known = receivers.find(event.tenant(), missing);
    byte[] payload = events.payload(event.tenant(), event.id()).orElseThrow();
    Sending sending =
        new Sending(
            event,
            payload,
            slots.forEvent(LONGEST_WAIT_FOR_A_SLOT),
            new AtomicBoolean(true),
            results);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<?>[] attempts =
          missing.stream()
              .map(known::get)
              .map(to -> CompletableFuture.runAsync(() -> first(sending, to), threads))
              .toArray(CompletableFuture<?>[]::new);
      await(CompletableFuture.allOf(attempts), lease, sending);
    }
    return sending.leased().get();
  }

  /** What the first attempts of an event share; once the lease is lost, no other one begins. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Sending(
      Events.Event event,
      byte[] payload,
      Slots.Event turns,
      AtomicBoolean leased,
      Results results) {

    Delivery.Key to(Receiver receiver) {
      return new Delivery.Key(event.tenant(), event.id(), event.type(), receiver.id());
    }
  }

  /**
   * A fault of ours that comes with one recipient is left to the durable lane, not to the others.
   */
  private void first(Sending sending, Receiver receiver) {
    try {
      byStanding(sending, receiver);
    } catch (RuntimeException ours) {
      if (OwnFaults.passes(ours)) {
        throw ours;
      }
      log.error("a first attempt of {} to {} failed", sending.event().id(), receiver.id(), ours);
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

  /** Unless it was enabled meanwhile. */
  private void hold(Sending sending, Receiver receiver) {
    Delivery.Key key = sending.to(receiver);
    State state =
        requireNonNull(
            transaction.execute(
                _ -> {
                  boolean still = deliveries.isPaused(key.tenant(), key.subscriptionId());
                  deliveries.add(key, still ? State.HELD : State.RETRYING, still ? "paused" : null);
                  return still ? State.HELD : State.RETRYING;
                }));
    sending.results().add(key, state, null);
  }

  private void park(Sending sending, Receiver receiver) {
    leave(sending, receiver, State.HELD, OwnFaults.UNREADABLE, OwnFaults.PARKED);
    log.error(
        "{} is parked: {} cannot be read: {}",
        sending.to(receiver).id(),
        receiver.id(),
        receiver.fault());
  }

  private void attempt(Sending sending, Receiver receiver) {
    if (!enter(sending.turns(), receiver.id())) {
      leave(sending, receiver, State.RETRYING, null, Duration.ZERO);
      return;
    }
    try {
      if (sending.leased().get()) {
        send(sending, receiver);
      }
    } catch (EgressDownException cutOff) {
      leave(sending, receiver, State.RETRYING, null, OwnFaults.soon());
    } finally {
      sending.turns().leave(receiver.id());
    }
  }

  private void send(Sending sending, Receiver receiver) {
    Events.Event event = sending.event();
    Attempt attempt =
        sender.send(
            new WebhookRequest(
                receiver.url(),
                event.id(),
                1,
                event.contentType(),
                sending.payload(),
                receiver.secrets(),
                receiver.timeout()));
    Delivery.Key key = sending.to(receiver);
    Delivery after = attemptLog.record(new AttemptLog.Try(key, 1, null, receiver), attempt);
    sending.results().add(key, after.state(), attempt);
  }

  /** Gives a recipient its row without an attempt. */
  private void leave(
      Sending sending,
      Receiver receiver,
      State state,
      @Nullable String reason,
      @Nullable Duration wait) {
    Delivery.Key key = sending.to(receiver);
    transaction.executeWithoutResult(_ -> deliveries.add(key, state, reason, wait));
    sending.results().add(key, state, null);
  }

  private Unfinished unfinished(AcceptedEvent event, @Nullable DeliveryId after, Results results) {
    List<Delivery> waiting =
        deliveries.withoutWorkflow(event.tenant(), event.id(), after, Unfinished.PAGE + 1);
    List<Delivery> page = waiting.subList(0, Math.min(waiting.size(), Unfinished.PAGE));
    Map<SubscriptionId, Receiver> known =
        receivers.find(event.tenant(), page.stream().map(d -> d.key().subscriptionId()).toList());
    List<WaitingDelivery> deliveries = new ArrayList<>();
    for (Delivery delivery : page) {
      deliveries.add(
          DeliveryWorkflows.waiting(
              delivery.key(), requireNonNull(known.get(delivery.key().subscriptionId()))));
    }
    return new Unfinished(deliveries, waiting.size() > Unfinished.PAGE, results.lines());
  }

  @Override
  public void cancelUnfinished(AcceptedEvent event) {
    Events.Event kept = events.find(event.tenant(), event.id()).orElse(null);
    if (kept == null) {
      return;
    }
    for (SubscriptionId recipient : kept.recipients()) {
      Delivery.Key key = new Delivery.Key(event.tenant(), event.id(), event.type(), recipient);
      transaction.executeWithoutResult(_ -> deliveries.cancel(key, "cancelled"));
    }
    open.closeIfComplete(event);
  }

  /** Keeps the lease while the work goes on. */
  private void await(CompletableFuture<Void> all, OpenEvents.Lease lease, Sending sending) {
    while (true) {
      try {
        all.get(open.renewal().toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException stillSending) {
        sending.leased().set(open.renew(lease));
      } catch (ExecutionException failure) {
        throw new IllegalStateException("a first attempt was not recorded", failure.getCause());
      } catch (InterruptedException stopped) {
        throw interrupted();
      }
    }
  }

  private static boolean enter(Slots.Event turns, SubscriptionId subscription) {
    try {
      return turns.enter(subscription);
    } catch (InterruptedException stopped) {
      throw interrupted();
    }
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException stopped) {
      throw interrupted();
    }
  }

  private static IllegalStateException interrupted() {
    Thread.currentThread().interrupt();
    return new IllegalStateException("stopped while sending");
  }
}
