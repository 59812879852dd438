package dev.homing.activities.lane;

import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Leases;
import dev.homing.activities.outbound.Egress;
import dev.homing.activities.slots.FairPermits;
import dev.homing.activities.slots.SendingLimits;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Begins an event's first attempts right after its commit, before its workflow runs.
 *
 * <p>The workflow's {@code sendAll} adopts what was begun here. An event waits for its workflow if
 * its tenant may take no memory for it, if an internal fault occurs, or while this node cannot
 * reach any receiver: nothing depends on an early start.
 */
public final class EarlyStart {
  private static final Logger log = LoggerFactory.getLogger(EarlyStart.class);

  /** Memory for events that are being sent, in KiB. */
  private static final int MEMORY_KIB = 64 * 1024;

  /** Memory per event beside its payload, in KiB: its thread, and the results to show. */
  private static final int KIB_PER_EVENT = 8;

  /** Recipients that wait for a seat, per KiB; {@link SendingLimits} counts the seated ones. */
  private static final int RECIPIENTS_PER_KIB = 8;

  /** First attempts under way at which accepting begins to wait. */
  private static final int ATTEMPTS_BEFORE_BACKPRESSURE = 256;

  /** Longest time that accepting waits for attempts of other events. */
  private static final Duration MAX_BACKPRESSURE_DELAY = Duration.ofMillis(100);

  /** Events whose results are remembered until their workflow adopts them. */
  private static final int MAX_REMEMBERED = 10_000;

  private final Leases leases;
  private final Receivers receivers;
  private final SendFirstAttempts sendFirst;
  private final Egress egress;
  private final SendingMemory memory;
  private final FairPermits attemptPermits = new FairPermits(ATTEMPTS_BEFORE_BACKPRESSURE);
  private final ConcurrentHashMap<EventId, Early> begun = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  public EarlyStart(
      Leases leases, Receivers receivers, SendFirstAttempts sendFirst, Egress egress) {
    this(leases, receivers, sendFirst, egress, MEMORY_KIB);
  }

  /** {@code memoryKib} is for events being sent, and about the size of their payloads. */
  public EarlyStart(
      Leases leases,
      Receivers receivers,
      SendFirstAttempts sendFirst,
      Egress egress,
      int memoryKib) {
    this.memory = new SendingMemory(memoryKib);
    this.egress = egress;
    this.leases = leases;
    this.receivers = receivers;
    this.sendFirst = sendFirst;
  }

  /**
   * The result of an early start.
   *
   * @param complete whether every recipient has its row; if not, the results cover only some
   */
  record Ended(RecipientResults results, boolean complete) {}

  private record Early(CompletableFuture<Ended> end, long sinceNanos) {}

  /**
   * Begins the first attempts of an event on a thread of their own.
   *
   * <p>Returns at once or, while very many attempts are under way here, up to 100 ms later:
   * publishers are slowed down to the rate of sending.
   */
  public void begin(Acceptance.New accepted, Content content) {
    Leases.Lease lease = accepted.lease();
    Tenant tenant = lease.event().tenant();
    int recipients = accepted.route().recipients().size();
    if (recipients == 0) {
      return;
    }
    int kib = KIB_PER_EVENT + content.payload().length / 1024 + recipients / RECIPIENTS_PER_KIB;
    if (egress.isDown() || !memory.tryTake(tenant, kib)) {
      leases.offer(lease);
      return;
    }
    AttemptPermits permits = AttemptPermits.await(attemptPermits, tenant, recipients);
    Early early = new Early(new CompletableFuture<>(), System.nanoTime());
    begun.put(lease.event().id(), early);
    try {
      threads.execute(
          () -> {
            RecipientResults results = new RecipientResults(permits::releaseOne);
            Ended ended = new Ended(results, false);
            try {
              ended = send(accepted, content, results);
            } finally {
              permits.releaseAll();
              memory.giveBack(tenant, kib);
              if (begun.size() > MAX_REMEMBERED) {
                begun.remove(lease.event().id());
              }
              early.end().complete(ended);
            }
          });
    } catch (RejectedExecutionException stopping) {
      permits.releaseAll();
      memory.giveBack(tenant, kib);
      begun.remove(lease.event().id());
      leases.offer(lease);
    }
  }

  /** The permits that an event's attempts hold; none if they were not free in time. */
  private record AttemptPermits(FairPermits.@Nullable Grant grant, AtomicInteger held) {
    static AttemptPermits await(FairPermits all, Tenant tenant, int recipients) {
      int needed = Math.min(recipients, ATTEMPTS_BEFORE_BACKPRESSURE);
      long until = System.nanoTime() + MAX_BACKPRESSURE_DELAY.toNanos();
      try {
        return new AttemptPermits(all.acquire(tenant, needed, until), new AtomicInteger(needed));
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new AttemptPermits(null, new AtomicInteger());
      }
    }

    void releaseOne() {
      release(held.getAndUpdate(permits -> Math.max(0, permits - 1)) > 0 ? 1 : 0);
    }

    void releaseAll() {
      release(held.getAndSet(0));
    }

    private void release(int permits) {
      if (grant != null && permits > 0) {
        grant.release(permits);
      }
    }
  }

  private Ended send(Acceptance.New accepted, Content content, RecipientResults results) {
    Leases.Lease lease = accepted.lease();
    try {
      Map<SubscriptionId, Receiver> to = receivers.of(lease.event().tenant(), accepted.route());
      boolean kept = sendFirst.send(content, lease, sendFirst.inOrder(to.values()), results);
      return new Ended(results, kept && to.size() == accepted.route().recipients().size());
    } catch (RuntimeException e) {
      log.warn("{} is left to its workflow: {}", lease.event().id(), e.toString());
      release(lease);
      return new Ended(results, false);
    }
  }

  private void release(Leases.Lease lease) {
    try {
      leases.release(lease);
    } catch (DataAccessException e) {
      log.debug("the lease of {} was not released and will expire", lease.event().id(), e);
    }
  }

  /** Waits for the attempts begun here, and returns their results; empty: none were begun. */
  Optional<Ended> adopt(EventId event) {
    Early early = begun.get(event);
    if (early == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(early.end().get());
    } catch (InterruptedException stopped) {
      throw SendFirstAttempts.interrupted();
    } catch (ExecutionException never) {
      throw new IllegalStateException(never);
    } finally {
      begun.remove(event, early);
    }
  }

  /** Events begun here that no workflow has adopted yet. */
  int remembered() {
    return begun.size();
  }

  /** Evicts results that no workflow has adopted in time, as when Temporal is down. */
  public void evictEnded() {
    long now = System.nanoTime();
    begun
        .values()
        .removeIf(
            early ->
                early.end().isDone() && now - early.sinceNanos() > leases.duration().toNanos());
  }

  /** Begins no further events. */
  public void shutdown() {
    threads.shutdown();
  }

  /** Waits for the events that have begun. */
  public void awaitTermination(Duration atMost) {
    try {
      var unused = threads.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Interrupts the events that have begun, so that another node may take over. */
  public void shutdownNow() {
    var unused = threads.shutdownNow();
  }
}
