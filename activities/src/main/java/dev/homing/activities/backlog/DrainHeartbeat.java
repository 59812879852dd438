package dev.homing.activities.backlog;

import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCompletionException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Tells Temporal every few seconds that a drain goes on and how, and hears whether it must end: its
 * workflow was cancelled or terminated, or an operator has paused or reset the activity.
 */
final class DrainHeartbeat implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DrainHeartbeat.class);

  /** Longer than the interval to which the worker throttles them, so that each is sent. */
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final ActivityExecutionContext execution;
  private final Supplier<String> message;
  private final Thread thread;
  private volatile @Nullable ActivityCompletionException end;

  /** {@code message}: how the backlog stands. */
  DrainHeartbeat(ActivityExecutionContext execution, Supplier<String> message) {
    this.execution = execution;
    this.message = message;
    this.thread = Thread.ofVirtual().name("drain-heartbeat").start(this::beat);
  }

  private void beat() {
    try {
      while (end == null) {
        Thread.sleep(INTERVAL);
        beatOnce();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void beatOnce() {
    String details;
    try {
      details = message.get();
    } catch (DataAccessException e) {
      details = e.getMessage();
    }
    try {
      execution.heartbeat(details);
    } catch (ActivityCompletionException ended) {
      end = ended;
    } catch (RuntimeException e) {
      log.debug("a heartbeat was lost", e);
    }
  }

  /** Why the drain must end; null: it may go on. */
  @Nullable ActivityCompletionException end() {
    return end;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
