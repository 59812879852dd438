package dev.homing.activities.lane;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.FairTransactions;
import dev.homing.activities.InternalFaults;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.Leases;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.slots.FairPermits;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an event's first attempts at once, or adopts those begun early on this node.
 *
 * <p>Only the holder of the event's lease sends.
 */
public final class ExpressLane implements FirstAttempts {
  private static final Logger log = LoggerFactory.getLogger(ExpressLane.class);

  /** Events sent at a time, as their payloads are in memory. */
  private static final int MAX_EVENTS = 256;

  /** Pauses between looks at another node's lease: each is twice as long as the one before. */
  private static final Duration FIRST_POLL = Duration.ofMillis(100);

  private static final Duration LONGEST_POLL = Duration.ofSeconds(1);

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
  private final FairPermits eventPermits = new FairPermits(MAX_EVENTS);

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
    Progress progress = process(event, after, Run.of(originalRun));
    return new Unfinished(progress.waiting(), progress.more(), progress.results().lines());
  }

  @Override
  public SharedUnfinished sendAllOf(List<AcceptedEvent> all, String originalRun) {
    Run run = Run.of(originalRun);
    List<WaitingDelivery> waiting = new ArrayList<>();
    List<AcceptedEvent> apart = new ArrayList<>();
    RecipientResults results = new RecipientResults();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Progress>> futures =
          all.stream().map(event -> threads.submit(() -> process(event, null, run))).toList();
      for (int i = 0; i < all.size(); i++) {
        Progress progress = get(futures.get(i), all.get(i));
        if (progress == null || !progress.fits(Unfinished.PAGE - waiting.size())) {
          apart.add(all.get(i));
        } else {
          waiting.addAll(progress.waiting());
          results.addAll(progress.results());
        }
      }
    }
    eventWorkflows.separate(apart);
    return new SharedUnfinished(waiting, apart, results.lines());
  }

  /** Null after an internal fault that comes with this event; a transient one is thrown. */
  private static @Nullable Progress get(Future<Progress> future, AcceptedEvent event) {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException fault
          && !InternalFaults.isTransient(fault)) {
        log.error("moving {} to a workflow of its own after a fault", event.id(), fault);
        return null;
      }
      throw new IllegalStateException(event.id() + " was not sent", failed.getCause());
    } catch (InterruptedException stopped) {
      throw SendFirstAttempts.interrupted();
    }
  }

  /** The calling run; {@code reset}: an operator made it by resetting an earlier one. */
  private record Run(String id, boolean reset) {
    static Run of(String originalRun) {
      String id = requireNonNull(Activity.getExecutionContext().getInfo().getWorkflowRunId());
      return new Run(id, !id.equals(originalRun));
    }
  }

  /** An event's results and waiting deliveries; {@code more}: this page does not hold them all. */
  private record Progress(List<WaitingDelivery> waiting, boolean more, RecipientResults results) {
    /** Whether all that waits fits into a page with this many places left. */
    boolean fits(int room) {
      return !more && waiting.size() <= room;
    }
  }

  private Progress process(AcceptedEvent event, @Nullable DeliveryId after, Run run) {
    if (run.reset()) {
      openRounds(event, run.id()).forEach(workflows::wake);
    }
    Optional<EarlyStart.Ended> early = earlyStart.adopt(event.id());
    RecipientResults results =
        early.map(EarlyStart.Ended::results).orElseGet(RecipientResults::new);
    if (!early.map(EarlyStart.Ended::complete).orElse(false)) {
      events.find(event.tenant(), event.id()).ifPresent(kept -> sendMissing(kept, results));
    } else if (!run.reset() && results.allOver()) {
      return new Progress(List.of(), false, results);
    }
    return waiting(event, run.reset() ? null : after, results);
  }

  private List<DeliveryId> openRounds(AcceptedEvent event, String run) {
    return transaction.get(() -> waitingDeliveries.openRounds(event.tenant(), event.id(), run));
  }

  /** Returns once every recipient has its row; a lost lease is waited for like any other's. */
  private void sendMissing(Events.Event event, RecipientResults results) {
    Optional<Leases.Lease> lease = leaseFor(event.accepted());
    while (lease.isPresent() && !send(event, lease.get(), results)) {
      lease = leaseFor(event.accepted());
    }
  }

  /** Waits for the event's lease; empty once every recipient has its row. */
  private Optional<Leases.Lease> leaseFor(AcceptedEvent event) {
    Optional<Leases.Lease> lease = leases.acceptOffer(event);
    Duration pause = FIRST_POLL;
    while (lease.isEmpty() && open.isOpen(event)) {
      lease = leases.takeExpired(event);
      if (lease.isEmpty()) {
        sleep(pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_POLL) < 0
                ? pause.multipliedBy(2)
                : LONGEST_POLL;
      }
    }
    return lease;
  }

  /** Sends to the recipients without a row; false if the lease was lost meanwhile. */
  private boolean send(Events.Event event, Leases.Lease lease, RecipientResults results) {
    try {
      FairPermits.Grant permit = awaitPermit(lease);
      if (permit == null) {
        return false;
      }
      try {
        return sendToMissing(event, lease, results);
      } finally {
        permit.release();
      }
    } catch (RuntimeException e) {
      leases.release(lease);
      throw e;
    }
  }

  /** Waits until the payload may be loaded; null if the lease was lost meanwhile. */
  private FairPermits.@Nullable Grant awaitPermit(Leases.Lease lease) {
    FairPermits.Grant permit;
    try (Leases.Kept _ = leases.keep(lease)) {
      permit = eventPermits.acquire(lease.event().tenant(), 1, System.nanoTime());
      if (permit != null) {
        return permit;
      }
      permit = eventPermits.acquire(lease.event().tenant());
    } catch (InterruptedException stopped) {
      throw SendFirstAttempts.interrupted();
    }
    boolean renewed = false;
    try {
      renewed = leases.renew(lease);
      return renewed ? permit : null;
    } finally {
      if (!renewed) {
        permit.release();
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
        new Content(
            event.accepted(), event.contentType(), payload, event.orderingKey(), event.hops()),
        lease,
        receivers.inBatches(event.tenant(), missing),
        results);
  }

  private Progress waiting(
      AcceptedEvent event, @Nullable DeliveryId after, RecipientResults results) {
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
    return new Progress(deliveries, waiting.size() > Unfinished.PAGE, results);
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
      transaction.run(() -> waitingDeliveries.cancelOfEvent(key, roundsOf, Reason.CANCELLED));
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
