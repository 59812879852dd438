package dev.homing.app.maintenance;

import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.temporal.DeliveryRuns;
import dev.homing.app.node.Workers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Records as cancelled what somebody terminated: that runs no code of ours. */
@Component
class TerminationRecorder {
  private static final Logger log = LoggerFactory.getLogger(TerminationRecorder.class);

  /** Visibility lags; looking at a run twice changes nothing. */
  private static final Duration OVERLAP = Duration.ofMinutes(1);

  /** While no node of ours ran, somebody may have terminated something. */
  private static final Duration AT_START = Duration.ofDays(3);

  private final DeliveryRuns runs;
  private final Deliveries deliveries;
  private final Workers workers;
  private final Clock clock;
  private Instant looked;

  TerminationRecorder(DeliveryRuns runs, Deliveries deliveries, Workers workers, Clock clock) {
    this.runs = runs;
    this.deliveries = deliveries;
    this.workers = workers;
    this.clock = clock;
    this.looked = clock.instant().minus(AT_START);
  }

  void record() {
    if (!workers.isReady()) {
      return;
    }
    Instant now = clock.instant();
    try {
      runs.terminatedSince(looked.minus(OVERLAP))
          .forEach(run -> deliveries.cancelRun(run.delivery(), run.runId(), "terminated"));
      looked = now;
    } catch (RuntimeException away) {
      log.warn("what was terminated cannot be recorded now: {}", away.getMessage());
    }
  }
}
