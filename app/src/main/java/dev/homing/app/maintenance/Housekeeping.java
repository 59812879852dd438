package dev.homing.app.maintenance;

import dev.homing.activities.backlog.Drains;
import dev.homing.activities.failing.DisableFailing;
import dev.homing.activities.failing.FailureWatch;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.statistics.AttemptCounts;
import dev.homing.activities.statistics.FlushCounters;
import dev.homing.app.node.ClockSkew;
import dev.homing.app.node.SearchAttributes;
import dev.homing.app.node.Workers;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * The background jobs of this node, and how often each runs.
 *
 * <p>Each job has its own thread, and the delay counts from the end of its last run. Jobs on data
 * that nodes share claim it row by row, so any number of nodes run them side by side.
 */
@Component
class Housekeeping {
  private final LeaseKeeper leases;
  private final EventRescuer events;
  private final DeliveryRescuer deliveries;
  private final TerminationRecorder terminations;
  private final RunNotices notices;
  private final PartitionKeeper partitions;
  private final StuckWorkflows stuckWorkflows;
  private final SearchAttributes searchAttributes;
  private final ClockSkew clockSkew;
  private final KnownStandings knownStandings;
  private final Standings standings;
  private final Drains drains;
  private final BacklogRescuer backlogs;
  private final FailureWatch failureWatch;
  private final DisableFailing disableFailing;
  private final SequenceKeeper sequences;
  private final FlushCounters counters;
  private final AttemptCounts attemptCounts;
  private final Workers workers;

  Housekeeping(
      LeaseKeeper leases,
      EventRescuer events,
      DeliveryRescuer deliveries,
      TerminationRecorder terminations,
      RunNotices notices,
      PartitionKeeper partitions,
      StuckWorkflows stuckWorkflows,
      SearchAttributes searchAttributes,
      ClockSkew clockSkew,
      KnownStandings knownStandings,
      Standings standings,
      Drains drains,
      BacklogRescuer backlogs,
      FailureWatch failureWatch,
      DisableFailing disableFailing,
      SequenceKeeper sequences,
      FlushCounters counters,
      AttemptCounts attemptCounts,
      Workers workers) {
    this.leases = leases;
    this.events = events;
    this.deliveries = deliveries;
    this.terminations = terminations;
    this.notices = notices;
    this.partitions = partitions;
    this.stuckWorkflows = stuckWorkflows;
    this.searchAttributes = searchAttributes;
    this.clockSkew = clockSkew;
    this.knownStandings = knownStandings;
    this.standings = standings;
    this.drains = drains;
    this.backlogs = backlogs;
    this.failureWatch = failureWatch;
    this.disableFailing = disableFailing;
    this.sequences = sequences;
    this.counters = counters;
    this.attemptCounts = attemptCounts;
    this.workers = workers;
  }

  // State of this node.

  @Scheduled(fixedDelay = 5, timeUnit = TimeUnit.SECONDS)
  void renewLeases() {
    leases.renew();
  }

  @Scheduled(fixedDelay = 5, timeUnit = TimeUnit.SECONDS)
  void evictUnclaimed() {
    leases.evict();
  }

  @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
  void refreshStandings() {
    knownStandings.refresh();
  }

  @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.SECONDS)
  void refreshFailures() {
    failureWatch.refresh();
  }

  @Scheduled(initialDelay = 10, fixedDelay = 10, timeUnit = TimeUnit.SECONDS)
  void storeStatistics() {
    counters.flush();
  }

  @Scheduled(fixedDelay = 20, timeUnit = TimeUnit.MILLISECONDS)
  void advanceEndedSequences() {
    sequences.advanceEnded();
  }

  // Work that all nodes share.

  @Scheduled(fixedDelay = 60, timeUnit = TimeUnit.SECONDS)
  void disableFailingSubscriptions() {
    disableFailing.run();
  }

  @Scheduled(fixedDelay = 250, timeUnit = TimeUnit.MILLISECONDS)
  void advanceSequences() {
    sequences.advanceAll();
  }

  @Scheduled(fixedDelay = 60, timeUnit = TimeUnit.SECONDS)
  void sweepSequences() {
    sequences.sweep();
  }

  @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
  void drainBacklogs() {
    drains.beginDue();
  }

  @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
  void startWorkflowsOfBacklogs() {
    backlogs.startWorkflows();
  }

  @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
  void rescueBacklogs() {
    backlogs.rescue();
  }

  @Scheduled(fixedDelay = 60, timeUnit = TimeUnit.SECONDS)
  void deleteClosedStandings() {
    standings.deleteClosed();
  }

  @Scheduled(fixedDelay = 5, timeUnit = TimeUnit.SECONDS)
  void rescueEvents() {
    events.rescue();
  }

  @Scheduled(fixedDelay = 5, timeUnit = TimeUnit.SECONDS)
  void rescueDeliveries() {
    deliveries.rescue();
  }

  @Scheduled(fixedDelay = 5, timeUnit = TimeUnit.SECONDS)
  void sendNotices() {
    notices.sendSoon();
  }

  @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.SECONDS)
  void recordTerminations() {
    terminations.record();
  }

  @Scheduled(fixedDelay = 60, timeUnit = TimeUnit.SECONDS)
  void cancelForInactiveSubscriptions() {
    deliveries.cancelForInactive();
  }

  /** Works once an hour, and sooner after a failure; also runs before this node is ready. */
  @Scheduled(initialDelay = 60, fixedDelay = 60, timeUnit = TimeUnit.SECONDS)
  void keepPartitions() {
    partitions.keep();
  }

  @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
  void analyzeGrownTables() {
    partitions.analyze();
  }

  @Scheduled(initialDelay = 10, fixedDelay = 60, timeUnit = TimeUnit.MINUTES)
  void deleteOldStatistics() {
    attemptCounts.deleteExpired();
  }

  // Search attributes and gauges.

  @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.SECONDS)
  void keepSearchAttributes() {
    if (workers.isReady()) {
      searchAttributes.keep();
    }
  }

  @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.SECONDS)
  void measureClockSkew() {
    clockSkew.compare();
  }

  @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.SECONDS)
  void countBacklogs() {
    backlogs.count();
  }

  @Scheduled(fixedDelay = 30, timeUnit = TimeUnit.SECONDS)
  void countStuckWorkflows() {
    stuckWorkflows.count();
  }
}
