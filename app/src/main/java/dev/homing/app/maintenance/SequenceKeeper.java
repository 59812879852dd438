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

  /** The pause after a look at all sequences is at least this many times as long as the look. */
  private static final int PAUSE_PER_LOOK = 10;

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
   * Looks at all sequences that wait. It finds ends that were committed too late for the accepting
   * commit to see them, and those that no attempt of this node has caused.
   *
   * <p>Does nothing for ten times as long as the last look took.
   */
  void advanceAll() {
    long begin = System.nanoTime();
    if (begin - notBefore < 0) {
      return;
    }
    backlogs.drainNow(advancing.advanceAll());
    long end = System.nanoTime();
    notBefore = end + PAUSE_PER_LOOK * (end - begin);
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
