package dev.homing.app.maintenance;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.backlog.BacklogRuns;
import dev.homing.activities.backlog.BacklogRuns.Late;
import dev.homing.activities.backlog.Drains;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.temporal.BacklogWorkflows;
import dev.homing.activities.temporal.ShortCalls;
import dev.homing.activities.temporal.WorkflowRuns.Latest;
import dev.homing.app.node.Workers;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.backlog.WaitingSubscription;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Gives backlogs their workflows, and rescues those that no workflow drains in time.
 *
 * <p>Any number of nodes do this side by side: each claims a few at a time.
 */
@Component
class BacklogRescuer {
  private static final Logger log = LoggerFactory.getLogger(BacklogRescuer.class);

  /**
   * Workflows started in a round. When many receivers fail at once, starts would take away what the
   * others need; until a backlog has its workflow, nodes drain it without.
   */
  private static final int STARTS = 2;

  /** Late backlogs looked up in a round. */
  private static final int LOOKS = 10;

  private final BacklogRuns runs;
  private final BacklogWorkflows workflows;
  private final Drains drains;
  private final Receivers receivers;
  private final BacklogCounts counts;
  private final Workers workers;
  private volatile BacklogCounts.Totals totals = BacklogCounts.Totals.NONE;

  BacklogRescuer(
      BacklogRuns runs,
      BacklogWorkflows workflows,
      Drains drains,
      Receivers receivers,
      BacklogCounts counts,
      Workers workers,
      MeterRegistry metrics) {
    this.runs = runs;
    this.workflows = workflows;
    this.drains = drains;
    this.receivers = receivers;
    this.counts = counts;
    this.workers = workers;
    Gauge.builder("homing.backlogs", () -> totals.backlogs())
        .description("Backlogs in which something waits")
        .register(metrics);
    Gauge.builder("homing.backlogs.over.pace", () -> totals.overPace())
        .description("Backlogs of receivers for which more comes than their pace allows")
        .register(metrics);
    countInTrouble("held", () -> totals.held(), metrics);
    countInTrouble("open", () -> totals.open(), metrics);
    countInTrouble("half_open", () -> totals.halfOpen(), metrics);
    Gauge.builder("homing.backlogs.deliveries", () -> totals.deliveries())
        .description("Deliveries that wait in backlogs")
        .register(metrics);
    Gauge.builder("homing.backlogs.oldest.seconds", () -> totals.oldest().toSeconds())
        .description("How long the oldest backlog has been there that is not over pace")
        .register(metrics);
  }

  private static void countInTrouble(String state, Supplier<Number> count, MeterRegistry metrics) {
    Gauge.builder("homing.receivers.in.trouble", count)
        .description("Receivers to which first attempts are not made, by their standing")
        .tag("state", state)
        .register(metrics);
  }

  void count() {
    try {
      totals = counts.totals();
    } catch (DataAccessException e) {
      log.warn("cannot count backlogs: {}", e.getMessage());
    }
  }

  void startWorkflows() {
    try {
      if (workers.isReady()) {
        runs.claimUnstarted(STARTS).forEach(this::start);
      }
    } catch (DataAccessException e) {
      log.warn("cannot give backlogs their workflows: {}", e.getMessage());
    } catch (RuntimeException e) {
      log.warn("cannot start the workflow of a backlog: {}", ShortCalls.cause(e));
    }
  }

  private void start(SubscriptionKey key) {
    Tenant tenant = new Tenant(key.tenant());
    SubscriptionId id = new SubscriptionId(key.id());
    receivers
        .find(tenant, id)
        .map(receiver -> new WaitingSubscription(tenant, id, receiver.url().host()))
        .flatMap(workflows::start)
        .ifPresent(run -> runs.started(key, run));
  }

  void rescue() {
    try {
      boolean temporalAnswers = true;
      for (Late late : runs.claimLate(LOOKS)) {
        temporalAnswers = temporalAnswers && lookUp(late);
        if (!temporalAnswers && !late.paused()) {
          drains.begin(late.key());
        }
      }
    } catch (DataAccessException e) {
      log.warn("cannot rescue backlogs: {}", e.getMessage());
    }
  }

  /**
   * Drains backlogs of which a delivery got its turn at once: their runs may wait for another one
   * that fails, for hours. A run that a person has paused stays so.
   */
  void drainNow(List<SubscriptionKey> keys) {
    if (keys.isEmpty()) {
      return;
    }
    drains.beginDue();
    try {
      runs.due(keys).forEach(due -> drains.beginIf(due.key(), () -> !isPaused(due)));
    } catch (DataAccessException e) {
      log.warn("cannot drain backlogs of sequences: {}", e.getMessage());
    }
  }

  /** Whether a person has paused the run; as far as a node knows, if Temporal does not answer. */
  private boolean isPaused(Late backlog) {
    SubscriptionId id = new SubscriptionId(backlog.key().id());
    try {
      boolean paused = workflows.latest(id) instanceof Latest.Paused;
      runs.paused(backlog.key(), backlog.runId(), paused);
      return paused;
    } catch (StatusRuntimeException e) {
      log.warn("cannot look up the workflow of {} in Temporal: {}", id, e.getMessage());
      return backlog.paused();
    }
  }

  /** Looks up a late backlog's run, and has it drain; false if Temporal does not answer. */
  private boolean lookUp(Late late) {
    SubscriptionId id = new SubscriptionId(late.key().id());
    try {
      Latest latest = workflows.latest(id);
      runs.paused(late.key(), late.runId(), latest instanceof Latest.Paused);
      switch (latest) {
        case Latest.None _, Latest.Ended _ -> runs.lost(late.key(), late.runId());
        case Latest.Asleep _ -> workflows.wake(id);
        // No node has its lease: Temporal may have given the activity to a frozen node, even twice.
        case Latest.Running _ -> drains.begin(late.key());
        case Latest.Paused _, Latest.Ending _ -> {}
      }
      return true;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return true; // It has begun, or ended, meanwhile.
      }
      log.warn("cannot look up the workflow of {} in Temporal: {}", id, e.getMessage());
      return false;
    }
  }
}
