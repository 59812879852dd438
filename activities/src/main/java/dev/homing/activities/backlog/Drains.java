package dev.homing.activities.backlog;

import dev.homing.activities.subscription.SubscriptionKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The drains of this node.
 *
 * <p>Any node drains what is due, until the backlog has a workflow. From then on the workflow's
 * activity does. Any node drains again while Temporal does not answer, while Temporal keeps giving
 * the activity to a frozen node, and when a delivery gets its turn in a sequence.
 */
public final class Drains {
  private static final Logger log = LoggerFactory.getLogger(Drains.class);

  /** Drains without a workflow at once on this node. */
  private static final int MAX_DRAINS = 1_000;

  /** Backlogs whose locks are waited for at once, each on a connection. */
  private static final int MOST_AWAITED = 4;

  /** After which a drain without a workflow ends, so that the workflow that has come goes on. */
  private static final Duration LONGEST_STAY = Duration.ofSeconds(5);

  private final DrainParts parts;
  private final int maxDrains;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger running = new AtomicInteger();

  /** Backlogs for which callers are being asked whether this node may drain them. */
  private final Set<SubscriptionKey> asked = ConcurrentHashMap.newKeySet();

  /** Backlogs whose locks are waited for. */
  private final Set<SubscriptionKey> awaited = ConcurrentHashMap.newKeySet();

  private final AtomicInteger withoutWorkflow = new AtomicInteger();
  private volatile boolean stopping;

  public Drains(DrainParts parts) {
    this(parts, MAX_DRAINS);
  }

  /** {@code maxDrains}: without a workflow, at once. */
  Drains(DrainParts parts, int maxDrains) {
    this.parts = parts;
    this.maxDrains = maxDrains;
  }

  /** Backlogs that this node drains now, for a gauge. */
  public int running() {
    return running.get();
  }

  /**
   * Begins to drain the backlogs that are due and that neither a node nor a workflow drains.
   *
   * <p>Takes half of the free places, so that some are left for the next tenant that comes.
   */
  public void beginDue() {
    try {
      int room = maxDrains - withoutWorkflow.get();
      if (!stopping && room > 0) {
        int most = (room + 1) / 2;
        List<DrainLeases.Lease> claimed = parts.leases().claimDue(most);
        claimed.forEach(this::begin);
        if (claimed.size() < most) {
          beginLocked();
        }
      }
    } catch (DataAccessException e) {
      log.warn("cannot claim backlogs: {}", e.getMessage());
    }
  }

  /**
   * Begins to drain the backlogs that {@code claimDue} left out, once each is unlocked.
   *
   * <p>A backlog to which deliveries are added all the time is locked nearly whenever it is
   * claimed.
   */
  private void beginLocked() {
    for (SubscriptionKey key : parts.leases().unclaimed(MOST_AWAITED)) {
      if (awaited.size() < MOST_AWAITED && awaited.add(key)) {
        try {
          threads.execute(() -> awaitAndBegin(key));
        } catch (RejectedExecutionException stopped) {
          awaited.remove(key);
        }
      }
    }
  }

  private void awaitAndBegin(SubscriptionKey key) {
    try {
      begin(key);
    } catch (DataAccessException e) {
      log.warn("cannot claim a backlog: {}", e.getMessage());
    } finally {
      awaited.remove(key);
    }
  }

  /**
   * Drains a backlog beside its workflow, if it may.
   *
   * @param mayDrain asked on another thread, as it may take seconds, and once at a time
   */
  public void beginIf(SubscriptionKey key, BooleanSupplier mayDrain) {
    if (stopping || !asked.add(key)) {
      return; // The drain that is being asked about sees all that is due.
    }
    try {
      threads.execute(() -> askAndBegin(key, mayDrain));
    } catch (RejectedExecutionException stopped) {
      asked.remove(key);
    }
  }

  private void askAndBegin(SubscriptionKey key, BooleanSupplier mayDrain) {
    try {
      if (ask(key, mayDrain)) {
        begin(key);
      }
    } catch (DataAccessException e) {
      log.warn("cannot claim a backlog: {}", e.getMessage());
    }
  }

  /** Asks, after which others may ask again: what has become due meanwhile is theirs. */
  private boolean ask(SubscriptionKey key, BooleanSupplier mayDrain) {
    try {
      return mayDrain.getAsBoolean();
    } finally {
      asked.remove(key);
    }
  }

  /** Drains a backlog beside its workflow, unless a node drains it already. */
  public void begin(SubscriptionKey key) {
    if (!stopping) {
      parts.leases().claim(key).ifPresent(this::begin);
    }
  }

  private void begin(DrainLeases.Lease lease) {
    withoutWorkflow.incrementAndGet();
    try {
      threads.execute(
          () -> {
            long until = System.nanoTime() + LONGEST_STAY.toNanos();
            try {
              run(lease, () -> System.nanoTime() - until >= 0);
            } finally {
              withoutWorkflow.decrementAndGet();
            }
          });
    } catch (RejectedExecutionException stopped) {
      withoutWorkflow.decrementAndGet();
      parts.leases().giveBack(lease, null);
    }
  }

  /** Drains on the calling thread until nothing is due soon, or {@code stop} says so. */
  void run(DrainLeases.Lease lease, BooleanSupplier stop) {
    running.incrementAndGet();
    try {
      new Drain(parts, lease, () -> stopping || stop.getAsBoolean()).run();
    } finally {
      running.decrementAndGet();
    }
  }

  /** Begins no further attempts. */
  public void shutdown() {
    stopping = true;
    threads.shutdown();
  }

  /** Waits for the attempts under way. */
  public void awaitTermination(Duration atMost) {
    try {
      var unused = threads.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Interrupts the attempts under way, so that another node may drain. */
  public void shutdownNow() {
    stopping = true;
    var unused = threads.shutdownNow();
  }
}
