package dev.homing.activities.backlog;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** The drains of this node: any node drains what is due and that no other node does. */
public final class Drains {
  private static final Logger log = LoggerFactory.getLogger(Drains.class);

  /** Drains at once on this node. */
  private static final int MAX_DRAINS = 1_000;

  private final DrainParts parts;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger running = new AtomicInteger();
  private volatile boolean stopping;

  public Drains(DrainParts parts) {
    this.parts = parts;
  }

  /** Backlogs that this node drains now, for a gauge. */
  public int running() {
    return running.get();
  }

  /** Begins to drain the backlogs that are due and that no node drains. */
  public void beginDue() {
    try {
      int room = MAX_DRAINS - running.get();
      if (!stopping && room > 0) {
        parts.leases().claimDue(room).forEach(this::begin);
      }
    } catch (DataAccessException e) {
      log.warn("cannot claim backlogs: {}", e.getMessage());
    }
  }

  private void begin(DrainLeases.Lease lease) {
    running.incrementAndGet();
    try {
      threads.execute(
          () -> {
            try {
              new Drain(parts, lease, () -> stopping).run();
            } finally {
              running.decrementAndGet();
            }
          });
    } catch (RejectedExecutionException stopped) {
      running.decrementAndGet();
      parts.leases().giveBack(lease, null);
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
