package dev.homing.activities.backlog;

import static java.time.temporal.ChronoUnit.SECONDS;
import static java.util.Objects.requireNonNull;

import dev.homing.activities.backlog.BacklogRuns.Taken;
import dev.homing.activities.backlog.DrainLeases.Lease;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.temporal.BenignFailure;
import dev.homing.workflows.backlog.BacklogDrain;
import dev.homing.workflows.backlog.WaitingSubscription;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityPausedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Drains a backlog for its workflow: an execution sends as long as something is due soon, and the
 * delay of the next retry is the time until something is due again.
 */
public final class DurableDrain implements BacklogDrain {
  /** After which an execution ends and another goes on: well below the activity's timeout. */
  private static final Duration LONGEST_EXECUTION = Duration.ofMinutes(10);

  /** How soon to look again after a lease that another drain holds. */
  private static final Duration LEASE_POLL = Duration.ofSeconds(2);

  private static final int CANCELLED_AT_A_TIME = 1_000;

  private final Drains drains;
  private final DrainParts parts;
  private final BacklogRuns runs;
  private final BacklogCounts counts;

  public DurableDrain(Drains drains, DrainParts parts, BacklogRuns runs, BacklogCounts counts) {
    this.drains = drains;
    this.parts = parts;
    this.runs = runs;
    this.counts = counts;
  }

  @Override
  public void drain(WaitingSubscription subscription) {
    SubscriptionKey key = new SubscriptionKey(subscription.tenant(), subscription.id());
    ActivityExecutionContext execution = Activity.getExecutionContext();
    String run = requireNonNull(execution.getInfo().getWorkflowRunId());
    Taken taken = runs.take(key, run).orElse(null);
    if (taken == null) {
      return; // Nothing waits.
    }
    boolean due = taken.untilDue().compareTo(BenignFailure.MIN_WAIT) <= 0;
    // The attempt number went back to one in the same run, and no node did it: an operator has.
    boolean probeRequested = !due && taken.again() && execution.getInfo().getAttempt() == 1;
    if (due || probeRequested) {
      drain(key, run, execution, probeRequested);
    }
    Duration untilDue = runs.untilDue(key).orElse(null);
    if (untilDue != null) {
      throw waiting(
          key, "next at " + parts.clock().instant().plus(untilDue).truncatedTo(SECONDS), untilDue);
    }
  }

  private void drain(
      SubscriptionKey key, String run, ActivityExecutionContext execution, boolean probe) {
    Lease lease = parts.leases().claim(key).orElse(null);
    if (lease == null) {
      throw waiting(key, "a node sends without it until it takes over", LEASE_POLL);
    }
    if (probe) {
      probeNow(key);
    }
    long until = System.nanoTime() + LONGEST_EXECUTION.toNanos();
    ActivityCompletionException end;
    try (var heartbeat =
        new DrainHeartbeat(execution, () -> message(key, standing(key), "sends now"))) {
      drains.run(lease, () -> heartbeat.end() != null || System.nanoTime() - until >= 0);
      end = heartbeat.end();
    }
    switch (end) {
      case ActivityCanceledException cancelled -> throw cancelled;
      case ActivityPausedException _ -> runs.paused(key, run, true);
      case null, default -> {}
    }
  }

  /** Has a receiver in trouble probed now, with the delivery that would be sent next. */
  private void probeNow(SubscriptionKey key) {
    parts.backlog().makeEarliestDue(key);
    parts
        .standings()
        .find(key)
        .filter(standing -> standing.state() == Standing.State.HELD)
        .ifPresent(_ -> parts.standings().change(key, Standing.State.HALF_OPEN));
  }

  private RuntimeException waiting(SubscriptionKey key, String next, Duration delay) {
    Standing standing = standing(key);
    Standing.State state = standing == null ? Standing.State.CLOSED : standing.state();
    return BenignFailure.waiting(state.word(), message(key, standing, next), delay);
  }

  private String message(SubscriptionKey key, @Nullable Standing standing, String next) {
    return DrainMessage.of(counts.backlogged(key).waiting(), standing, next);
  }

  private @Nullable Standing standing(SubscriptionKey key) {
    return parts.standings().find(key).orElse(null);
  }

  @Override
  public void cancelAll(WaitingSubscription subscription) {
    SubscriptionKey key = new SubscriptionKey(subscription.tenant(), subscription.id());
    while (parts.backlog().cancel(key, CANCELLED_AT_A_TIME) > 0) {
      // The next ones.
    }
    // A node that drains it now closes it instead.
    parts.leases().claim(key).ifPresent(lease -> parts.leases().giveBack(lease, null));
  }
}
