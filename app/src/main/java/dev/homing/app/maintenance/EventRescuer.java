package dev.homing.app.maintenance;

import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.temporal.EventStarts;
import dev.homing.app.node.Workers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Rescues accepted events that no node is sending.
 *
 * <p>Any number of nodes do this side by side: each claims a few at a time. Starting a workflow
 * that already runs changes nothing.
 */
@Component
public class EventRescuer {
  private static final Logger log = LoggerFactory.getLogger(EventRescuer.class);

  /** Events that are rescued in a round. */
  private static final int ROUND_SIZE = 100;

  /** How soon an event that was handled may be claimed again. */
  private static final Duration RECHECK = Duration.ofMinutes(10);

  private final OpenEvents open;
  private final EventStarts starts;
  private final Workers workers;
  private volatile OpenEvents.Backlog backlog = OpenEvents.Backlog.NONE;

  EventRescuer(OpenEvents open, EventStarts starts, Workers workers, MeterRegistry metrics) {
    this.open = open;
    this.starts = starts;
    this.workers = workers;
    Gauge.builder("homing.events.open", () -> backlog.open())
        .description("Events of which some recipient has no result yet")
        .register(metrics);
    Gauge.builder("homing.events.open.oldest.seconds", () -> backlog.oldest().toSeconds())
        .description("How long the oldest of them has been open")
        .register(metrics);
  }

  void rescue() {
    try {
      if (workers.isReady()) {
        var unused = rescue(ROUND_SIZE);
      }
      backlog = open.backlog();
    } catch (DataAccessException e) {
      log.warn("cannot rescue open events: {}", e.getMessage());
    }
  }

  /** How many events were abandoned when this node last looked, which it does every few seconds. */
  long abandoned() {
    return backlog.abandoned();
  }

  /**
   * How many abandoned events got a workflow.
   *
   * @param temporalAnswers false: the others wait until Temporal does
   */
  public record Rescued(int started, boolean temporalAnswers) {}

  /** Rescues up to {@code limit} events; claims of those not started expire. */
  public Rescued rescue(int limit) {
    AtomicInteger started = new AtomicInteger();
    boolean temporalAnswers =
        Claims.handle(
            limit,
            open::claimAbandoned,
            event -> {
              if (!starts.startNow(event)) {
                return false;
              }
              open.defer(event, RECHECK);
              started.incrementAndGet();
              return true;
            });
    return new Rescued(started.get(), temporalAnswers);
  }
}
