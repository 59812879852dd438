package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.InternalFaults;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.Leases;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.temporal.DeliveryWorkflows;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.WaitingDelivery;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.FirstAttempts;
import dev.homing.workflows.event.SharedUnfinished;
import dev.homing.workflows.event.Unfinished;
import io.temporal.activity.Activity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all first attempts of an event at once, whatever the fan-out, or adopts those that this
 * node has begun early.
 *
 * <p>Only who holds the event's lease sends.
 */
public final class ExpressLane implements FirstAttempts {
  private static final Logger log = LoggerFactory.getLogger(ExpressLane.class);

  /** The most events at a time whose payloads it keeps in memory. */
  private static final int TOGETHER = 256;

  private static final Duration FIRST_LOOK = Duration.ofMillis(100);
  private static final Duration LAST_LOOK = Duration.ofSeconds(1);

  private final Events events;
  private final OpenEvents open;
  private final Leases leases;
  private final SharedWorkflows eventWorkflows;
  private final Receivers receivers;
  private final Deliveries deliveries;
  private final WaitingDeliveries waitingDeliveries;
  private final SendFirstAttempts sendFirst;
  private final EarlyStart earlyStart;
  private final DeliveryWorkflows workflows;
  private final FairTransactions transaction;
  private final Semaphore room = new Semaphore(TOGETHER, true);

  public ExpressLane(
      Events events,
      OpenEvents open,
      Leases leases,
      SharedWorkflows eventWorkflows,
      Receivers receivers,
      Deliveries deliveries,
      WaitingDeliveries waitingDeliveries,
      SendFirstAttempts sendFirst,
      EarlyStart earlyStart,
      DeliveryWorkflows workflows,
      FairTransactions transaction) {
    this.events = events;
    this.open = open;
    this.leases = leases;
    this.eventWorkflows = eventWorkflows;
    this.receivers = receivers;
    this.deliveries = deliveries;
    this.waitingDeliveries = waitingDeliveries;
    this.sendFirst = sendFirst;
    this.earlyStart = earlyStart;
    this.workflows = workflows;
    this.transaction = transaction;
  }

  @Override
  public Unfinished sendAll(AcceptedEvent event, @Nullable DeliveryId after, String originalRun) {
    Told told = tell(event, after, Run.of(originalRun));
    return new Unfinished(told.waiting(), told.more(), told.results().lines());
  }

  @Override
  public SharedUnfinished sendAllOf(List<AcceptedEvent> all, String originalRun) {
    Run run = Run.of(originalRun);
    List<WaitingDelivery> waiting = new ArrayList<>();
    List<AcceptedEvent> apart = new ArrayList<>();
    RecipientResults results = new RecipientResults();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Told>> together =
          all.stream().map(event -> threads.submit(() -> tell(event, null, run))).toList();
      for (int i = 0; i < all.size(); i++) {
        Told told = get(together.get(i), all.get(i));
        if (told == null || waiting.size() + told.size() > Unfinished.PAGE) {
          apart.add(all.get(i));
        } else {
          waiting.addAll(told.waiting());
          results.addAll(told.results());
        }
      }
    }
    eventWorkflows.separate(apart);
    return new SharedUnfinished(waiting, apart, results.lines());
  }

  /** Null if a fault of ours comes with this event; one that passes is thrown. */
  private static @Nullable Told get(Future<Told> future, AcceptedEvent event) {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException ours && !InternalFaults.isTransient(ours)) {
        log.error("{} gets a workflow of its own", event.id(), ours);
        return null;
      }
      throw new IllegalStateException(event.id() + " was not sent", failed.getCause());
    } catch (InterruptedException stopped) {
      throw SendFirstAttempts.interrupted();
    }
  }

  /** The calling run; {@code reset}: somebody made it of an earlier one. */
  private record Run(String id, boolean reset) {
    static Run of(String originalRun) {
      String id = requireNonNull(Activity.getExecutionContext().getInfo().getWorkflowRunId());
      return new Run(id, !id.equals(originalRun));
    }
  }

  /** What an event left to do; {@code more} waits than this. */
  private record Told(List<WaitingDelivery> waiting, boolean more, RecipientResults results) {
    /** More than any page, if more waits. */
    int size() {
      return more ? Integer.MAX_VALUE / 2 : waiting.size();
    }
  }

  private Told tell(AcceptedEvent event, @Nullable DeliveryId after, Run run) {
    if (run.reset()) {
      openRounds(event, run.id()).forEach(workflows::wake);
    }
    Optional<EarlyStart.Ended> early = earlyStart.adopt(event.id());
    RecipientResults results =
        early.map(EarlyStart.Ended::results).orElseGet(RecipientResults::new);
    if (!early.map(EarlyStart.Ended::complete).orElse(false)) {
      events.find(event.tenant(), event.id()).ifPresent(kept -> sendMissing(kept, results));
    } else if (!run.reset() && results.allOver()) {
      return new Told(List.of(), false, results);
    }
    return waiting(event, run.reset() ? null : after, results);
  }

  private List<DeliveryId> openRounds(AcceptedEvent event, String run) {
    return transaction.get(() -> waitingDeliveries.openRounds(event.tenant(), event.id(), run));
  }

  /** Returns once every recipient has its row: who loses the lease waits like anybody else. */
  private void sendMissing(Events.Event event, RecipientResults results) {
    Optional<Leases.Lease> lease = leaseFor(event.accepted());
    while (lease.isPresent() && !send(event, lease.get(), results)) {
      lease = leaseFor(event.accepted());
    }
  }

  /** Empty once every recipient has its row, by whomever. */
  private Optional<Leases.Lease> leaseFor(AcceptedEvent event) {
    Optional<Leases.Lease> lease = leases.acceptOffer(event);
    Duration pause = FIRST_LOOK;
    while (lease.isEmpty() && open.isOpen(event)) {
      lease = leases.takeExpired(event);
      if (lease.isEmpty()) {
        sleep(pause);
        pause = pause.multipliedBy(2).compareTo(LAST_LOOK) < 0 ? pause.multipliedBy(2) : LAST_LOOK;
      }
    }
    return lease;
  }

  /** False if the lease was lost meanwhile. */
  private boolean send(Events.Event event, Leases.Lease lease, RecipientResults results) {
    try {
      if (!awaitRoom(lease)) {
        return false;
      }
      try {
        return sendToMissing(event, lease, results);
      } finally {
        room.release();
      }
    } catch (RuntimeException ours) {
      leases.release(lease);
      throw ours;
    }
  }

  /** False if the lease was lost meanwhile. */
  private boolean awaitRoom(Leases.Lease lease) {
    try (Leases.Kept _ = leases.keep(lease)) {
      if (room.tryAcquire(0, TimeUnit.SECONDS)) {
        return true;
      }
      room.acquire();
    } catch (InterruptedException stopped) {
      throw SendFirstAttempts.interrupted();
    }
    boolean mine = false;
    try {
      mine = leases.renew(lease);
      return mine;
    } finally {
      if (!mine) {
        room.release();
      }
    }
  }

  private boolean sendToMissing(Events.Event event, Leases.Lease lease, RecipientResults results) {
    Set<SubscriptionId> done =
        deliveries.of(event.tenant(), event.id()).stream()
            .map(delivery -> delivery.key().subscriptionId())
            .collect(Collectors.toSet());
    List<SubscriptionId> missing =
        event.recipients().stream().filter(recipient -> !done.contains(recipient)).toList();
    byte[] payload = events.payload(event.tenant(), event.id()).orElseThrow();
    return sendFirst.send(
        new SendFirstAttempts.Content(event.accepted(), event.contentType(), payload, event.hops()),
        lease,
        receivers.inPortions(event.tenant(), missing),
        results);
  }

  private Told waiting(AcceptedEvent event, @Nullable DeliveryId after, RecipientResults results) {
    List<Delivery> waiting =
        waitingDeliveries.withoutWorkflow(event.tenant(), event.id(), after, Unfinished.PAGE + 1);
    List<Delivery> page = waiting.subList(0, Math.min(waiting.size(), Unfinished.PAGE));
    Map<SubscriptionId, Receiver> known =
        receivers.find(event.tenant(), page.stream().map(d -> d.key().subscriptionId()).toList());
    List<WaitingDelivery> deliveries = new ArrayList<>();
    for (Delivery delivery : page) {
      deliveries.add(
          DeliveryWorkflows.waiting(
              delivery, requireNonNull(known.get(delivery.key().subscriptionId()))));
    }
    return new Told(deliveries, waiting.size() > Unfinished.PAGE, results);
  }

  @Override
  public void cancelUnfinished(List<AcceptedEvent> all, @Nullable String roundsOf) {
    for (AcceptedEvent event : all) {
      events.find(event.tenant(), event.id()).ifPresent(found -> cancelUnfinished(found, roundsOf));
    }
  }

  private void cancelUnfinished(Events.Event event, @Nullable String roundsOf) {
    for (SubscriptionId recipient : event.recipients()) {
      Delivery.Key key = new Delivery.Key(event.tenant(), event.id(), event.type(), recipient);
      transaction.run(() -> waitingDeliveries.cancelOfEvent(key, roundsOf, "cancelled"));
    }
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException stopped) {
      throw SendFirstAttempts.interrupted();
    }
  }
}
