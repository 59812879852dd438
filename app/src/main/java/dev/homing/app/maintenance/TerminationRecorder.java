package dev.homing.app.maintenance;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.temporal.DeliveryRuns;
import dev.homing.app.node.Workers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Cancels deliveries whose workflow was terminated: Temporal runs no code of it then. */
@Component
class TerminationRecorder {
  private static final Logger log = LoggerFactory.getLogger(TerminationRecorder.class);

  /** Overlap of two looks: Temporal's visibility lags, and recording twice changes nothing. */
  private static final Duration OVERLAP = Duration.ofMinutes(1);

  /** How far the first look goes back: runs may be terminated while no node is up. */
  private static final Duration FIRST_LOOK_BACK = Duration.ofDays(3);

  private final DeliveryRuns runs;
  private final Deliveries deliveries;
  private final Workers workers;
  private final Clock clock;
  private Instant lastLook;

  TerminationRecorder(DeliveryRuns runs, Deliveries deliveries, Workers workers, Clock clock) {
    this.runs = runs;
    this.deliveries = deliveries;
    this.workers = workers;
    this.clock = clock;
    this.lastLook = clock.instant().minus(FIRST_LOOK_BACK);
  }

  void record() {
    if (!workers.isReady()) {
      return;
    }
    Instant now = clock.instant();
    try {
      runs.terminatedSince(lastLook.minus(OVERLAP))
          .forEach(run -> deliveries.cancelRun(run.delivery(), run.runId(), Reason.TERMINATED));
      lastLook = now;
    } catch (RuntimeException e) {
      log.warn("cannot record terminated runs now: {}", e.getMessage());
    }
  }
}
