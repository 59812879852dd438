package dev.homing.activities.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.Node;
import dev.homing.activities.OneAtATime;
import dev.homing.activities.Postgres;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.activities.backlog.BacklogRuns.Late;
import dev.homing.activities.delivery.Ledger;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@OneAtATime
class BacklogRunsTest {
  private final Ledger ledger = new Ledger();
  private final Node node = ledger.node;
  private final BacklogRuns runs = node.backlogRuns;
  private SubscriptionKey key;

  @BeforeEach
  void addABacklog() {
    Postgres.jdbc().sql("delete from standings").update();
    key = backlog(ledger);
  }

  @Test
  void youngBacklogNeedsNoWorkflow() {
    assertThat(runs.claimUnstarted(10)).isEmpty();
  }

  @Test
  void oneNodeStartsTheWorkflowOfABacklog() {
    set("since = now() - interval '6 seconds'");

    assertThat(runs.claimUnstarted(10)).containsExactly(key);
    assertThat(runs.claimUnstarted(10)).isEmpty();
    set("look_after = now()");
    assertThat(runs.claimUnstarted(10)).containsExactly(key);
  }

  @Test
  void backlogWithAWorkflowNeedsNone() {
    set("since = now() - interval '6 seconds'");
    runs.started(key, "run");

    assertThat(runs.claimUnstarted(10)).isEmpty();
  }

  @Test
  void ageCountsFromWhenDeliveriesBeganToWait() {
    set("since = now() - interval '1 minute', next_look = null");

    node.transaction.executeWithoutResult(
        _ -> node.standings.expect(List.of(key), List.of(Duration.ZERO)));

    assertThat(runs.claimUnstarted(10)).isEmpty();
  }

  @Test
  void drainIsLateAfterTwoSeconds() {
    runs.started(key, "run");
    assertThat(runs.claimLate(10)).isEmpty();
    set("next_look = now() - interval '3 seconds'");

    assertThat(runs.claimLate(10)).containsExactly(new Late(key, "run", false));
    assertThat(runs.claimLate(10)).isEmpty();
  }

  /** Its activity may not begin, as when no worker has a free slot. */
  @Test
  void drainOfARunThatWasJustStartedIsLateAfterTwoSeconds() {
    set("since = now() - interval '6 seconds'");
    assertThat(runs.claimUnstarted(10)).containsExactly(key);
    runs.started(key, "run");

    set("next_look = now() - interval '3 seconds'");

    assertThat(runs.claimLate(10)).containsExactly(new Late(key, "run", false));
  }

  @Test
  void drainUnderWayIsNotLate() {
    runs.started(key, "run");
    set("next_look = now() - interval '3 seconds', leased_until = now() + interval '9 seconds'");

    assertThat(runs.claimLate(10)).isEmpty();
  }

  @Test
  void pauseIsRememberedUntilTheRunGoesOn() {
    runs.started(key, "run");
    runs.paused(key, "run", true);
    set("next_look = now() - interval '3 seconds'");
    assertThat(runs.claimLate(10)).containsExactly(new Late(key, "run", true));

    runs.take(key, "run");

    assertThat(runs.claimLate(10)).containsExactly(new Late(key, "run", false));
  }

  @Test
  void backlogOfALostRunIsDrainedByAnyNode() {
    runs.started(key, "run");
    DrainLeases leases = new DrainLeases(Postgres.jdbc(), node.transaction);
    assertThat(leases.claimDue(10)).isEmpty();

    runs.lost(key, "run");

    assertThat(leases.claimDue(10)).hasSize(1);
  }

  @Test
  void claimsBacklogsOfTenantsInTurn() {
    SubscriptionKey second = backlog(ledger);
    SubscriptionKey another = backlog(new Ledger());
    set("next_look = now() - interval '1 hour', since = now() - interval '1 hour'", key);
    set("next_look = now() - interval '50 min', since = now() - interval '50 min'", second);
    set("next_look = now() - interval '40 min', since = now() - interval '40 min'", another);

    assertThat(runs.claimUnstarted(2)).containsExactlyInAnyOrder(key, another);
    assertThat(new DrainLeases(Postgres.jdbc(), node.transaction).claimDue(2))
        .extracting(DrainLeases.Lease::key)
        .containsExactlyInAnyOrder(key, another);
    set("run_id = 'run', leased_until = null, look_after = null");
    set("next_look = now() - interval '1 hour'", key);
    set("next_look = now() - interval '40 min'", another);
    assertThat(runs.claimLate(2)).extracting(Late::key).containsExactlyInAnyOrder(key, another);
  }

  private static SubscriptionKey backlog(Ledger ledger) {
    SubscriptionId subscription =
        SampleSubscriptions.active(ledger.tenant, "https://receiver.example/");
    return ledger.backlog(subscription, 1).getFirst().subscription();
  }

  @Test
  void laterRunIsNotForgottenWithAnEarlierOne() {
    runs.started(key, "run");
    runs.take(key, "later");

    runs.lost(key, "run");

    assertThat(runs.take(key, "later"))
        .hasValueSatisfying(taken -> assertThat(taken.again()).isTrue());
  }

  private static void set(String columns) {
    Postgres.jdbc().sql("update standings set " + columns).update();
  }

  private static void set(String columns, SubscriptionKey of) {
    Postgres.jdbc()
        .sql("update standings set " + columns + " where subscription_id = :id")
        .param("id", of.id())
        .update();
  }
}
