package dev.homing.app.maintenance;

import dev.homing.activities.sequence.AdvanceSequences;
import dev.homing.activities.sequence.Sequences;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Keeps sequences going: gives turns, begins their drains, and deletes those no longer used. */
@Component
class SequenceKeeper {
  private static final Logger log = LoggerFactory.getLogger(SequenceKeeper.class);

  /** A look takes at most one part of so many of the time. */
  private static final int PARTS = 10;

  private final AdvanceSequences advancing;
  private final Sequences sequences;
  private final BacklogRescuer backlogs;
  private volatile long stalled;
  private long notBefore = System.nanoTime();

  SequenceKeeper(
      AdvanceSequences advancing,
      Sequences sequences,
      BacklogRescuer backlogs,
      MeterRegistry metrics) {
    this.advancing = advancing;
    this.sequences = sequences;
    this.backlogs = backlogs;
    Gauge.builder("homing.sequences.stalled", () -> stalled)
        .description("Sequences of ordered deliveries that should have gone on a minute ago")
        .register(metrics);
  }

  /** Asks the database only after an attempt of this node has ended an ordered delivery. */
  void advanceEnded() {
    backlogs.drainNow(advancing.advanceEnded());
  }

  /**
   * Looks at all sequences that wait, unless that would take more than a tenth of the time: an end
   * may have come too late for the accepting commit to see it, or not by an attempt of this node.
   */
  void advanceAll() {
    long begin = System.nanoTime();
    if (begin - notBefore < 0) {
      return;
    }
    backlogs.drainNow(advancing.advanceAll());
    long end = System.nanoTime();
    notBefore = end + PARTS * (end - begin);
  }

  void sweep() {
    try {
      stalled = sequences.stalled();
      sequences.deleteUnused();
      int skipped = sequences.skipParked();
      if (skipped > 0) {
        log.warn("skipped {} parked deliveries that blocked others for too long", skipped);
      }
    } catch (DataAccessException e) {
      log.warn("cannot sweep sequences: {}", e.getMessage());
    }
  }
}
