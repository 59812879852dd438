package dev.homing.activities.lane;

import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Leases;
import dev.homing.activities.outbound.Egress;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.Receivers;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Begins the first attempts of an event right after its commit, while its workflow is being
 * started.
 *
 * <p>The workflow's {@code sendAll} adopts what was begun here. What finds no room here waits for
 * its workflow, as does what fails, and what comes while this node reaches nobody: nothing depends
 * on an early start.
 */
public final class EarlyStart {
  private static final Logger log = LoggerFactory.getLogger(EarlyStart.class);

  /** Of what is kept in memory while it is sent. */
  private static final int ROOM_KIB = 64 * 1024;

  /** Its thread, and what people are told of it. */
  private static final int KIB_OF_AN_EVENT = 8;

  /** That wait for a seat; those that have one are counted by {@link SendingLimits}. */
  private static final int RECIPIENTS_IN_A_KIB = 8;

  /** First attempts under way from which on accepting waits. */
  private static final int BUSY = 256;

  /** How long accepting waits for others, at most. */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(100);

  /** The most events whose results are remembered until their workflow asks. */
  private static final int REMEMBERED = 10_000;

  private final Leases leases;
  private final Receivers receivers;
  private final SendFirstAttempts sendFirst;
  private final Egress egress;
  private final Semaphore room;
  private final Semaphore calm = new Semaphore(BUSY, true);
  private final ConcurrentHashMap<EventId, Early> begun = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  public EarlyStart(
      Leases leases, Receivers receivers, SendFirstAttempts sendFirst, Egress egress) {
    this(leases, receivers, sendFirst, egress, ROOM_KIB);
  }

  /** {@code roomKib}: for what is being sent, about the size of its payloads. */
  public EarlyStart(
      Leases leases, Receivers receivers, SendFirstAttempts sendFirst, Egress egress, int roomKib) {
    this.room = new Semaphore(roomKib);
    this.egress = egress;
    this.leases = leases;
    this.receivers = receivers;
    this.sendFirst = sendFirst;
  }

  /**
   * What an early start came to.
   *
   * @param complete whether every recipient has its row; else the results are of some
   */
  record Ended(RecipientResults results, boolean complete) {}

  private record Early(CompletableFuture<Ended> end, long sinceNanos) {}

  /**
   * Returns at once or, while very many attempts are under way here, a little later: who calls on
   * and on is slowed down to what can be sent.
   */
  public void begin(Acceptance.New accepted, SendFirstAttempts.Content content) {
    Leases.Lease lease = accepted.lease();
    int recipients = lease.event().recipients();
    if (recipients == 0) {
      return;
    }
    int kib = KIB_OF_AN_EVENT + content.payload().length / 1024 + recipients / RECIPIENTS_IN_A_KIB;
    if (egress.isDown() || !room.tryAcquire(kib)) {
      leases.offer(lease);
      return;
    }
    Turn turn = Turn.await(calm, recipients);
    Early early = new Early(new CompletableFuture<>(), System.nanoTime());
    begun.put(lease.event().id(), early);
    try {
      threads.execute(
          () -> {
            RecipientResults results = new RecipientResults(turn::giveOneBack);
            Ended ended = new Ended(results, false);
            try {
              ended = send(accepted, content, results);
            } finally {
              turn.giveBack();
              room.release(kib);
              if (begun.size() > REMEMBERED) {
                begun.remove(lease.event().id());
              }
              early.end().complete(ended);
            }
          });
    } catch (RejectedExecutionException stopping) {
      turn.giveBack();
      room.release(kib);
      begun.remove(lease.event().id());
      leases.offer(lease);
    }
  }

  /** An event's share of the attempts under way; who waited too long has none. */
  private record Turn(Semaphore calm, AtomicInteger left) {
    static Turn await(Semaphore calm, int recipients) {
      int share = Math.min(recipients, BUSY);
      try {
        boolean mine = calm.tryAcquire(share, LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        return new Turn(calm, new AtomicInteger(mine ? share : 0));
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new Turn(calm, new AtomicInteger());
      }
    }

    void giveOneBack() {
      if (left.getAndUpdate(shares -> Math.max(0, shares - 1)) > 0) {
        calm.release();
      }
    }

    void giveBack() {
      calm.release(left.getAndSet(0));
    }
  }

  private Ended send(
      Acceptance.New accepted, SendFirstAttempts.Content content, RecipientResults results) {
    Leases.Lease lease = accepted.lease();
    try {
      Map<SubscriptionId, Receiver> to = receivers.of(lease.event().tenant(), accepted.route());
      boolean kept = sendFirst.send(content, lease, to.values(), results);
      return new Ended(results, kept && to.size() == lease.event().recipients());
    } catch (RuntimeException ours) {
      log.warn("{} waits for its workflow: {}", lease.event().id(), ours.toString());
      release(lease);
      return new Ended(results, false);
    }
  }

  private void release(Leases.Lease lease) {
    try {
      leases.release(lease);
    } catch (DataAccessException away) {
      log.debug("{} waits until its lease is over", lease.event().id(), away);
    }
  }

  /** What was begun here comes to this, once it has ended; empty: nothing was begun. */
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

  /** How many no workflow has asked for yet. */
  int remembered() {
    return begun.size();
  }

  /** Forgets what no workflow has asked for, as while Temporal is away; called now and then. */
  public void evictEnded() {
    long now = System.nanoTime();
    begun
        .values()
        .removeIf(
            early ->
                early.end().isDone() && now - early.sinceNanos() > leases.duration().toNanos());
  }

  /** Begins nothing any more. */
  public void shutdown() {
    threads.shutdown();
  }

  /** Waits for what has begun. */
  public void awaitTermination(Duration atMost) {
    try {
      var unused = threads.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Interrupts what has begun, so that another node may take over. */
  public void shutdownNow() {
    var unused = threads.shutdownNow();
  }
}
