package dev.homing.app.maintenance;

import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.temporal.EventStarts;
import dev.homing.app.node.Workers;
import dev.homing.workflows.event.AcceptedEvent;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Brings back events that were accepted and that nobody is sending.
 *
 * <p>Any number of nodes do so beside each other: each claims a few at a time. Starting a workflow
 * that runs already changes nothing.
 */
@Component
public class EventRescuer {
  private static final Logger log = LoggerFactory.getLogger(EventRescuer.class);
  private static final int AT_ONCE = 100;
  private static final int CLAIMED_TOGETHER = 10;
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

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
        var unused = bringBack(AT_ONCE);
      }
      backlog = open.backlog();
    } catch (DataAccessException away) {
      log.warn("open events cannot be read: {}", away.getMessage());
    }
  }

  /**
   * What was done about forsaken events.
   *
   * @param temporalAnswers false: the others wait until it does
   */
  public record BroughtBack(int started, boolean temporalAnswers) {}

  /** So many at most; what is claimed and not started is free again after a while. */
  public BroughtBack bringBack(int most) {
    int started = 0;
    while (started < most) {
      List<AcceptedEvent> claimed = open.claimAbandoned(Math.min(CLAIMED_TOGETHER, most - started));
      if (claimed.isEmpty()) {
        break;
      }
      for (AcceptedEvent event : claimed) {
        if (!starts.startNow(event)) {
          return new BroughtBack(started, false);
        }
        open.defer(event, LOOK_AGAIN);
        started++;
      }
    }
    return new BroughtBack(started, true);
  }
}
