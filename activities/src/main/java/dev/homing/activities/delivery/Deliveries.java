package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.subscription.PausedSubscriptions;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ledger of deliveries: the truth about each, even where Temporal disagrees.
 *
 * <p>A change locks the delivery's row first, so it runs in its caller's transaction. A trigger
 * notes when a column that the API shows has changed.
 */
public final class Deliveries {
  private final JdbcClient jdbc;

  private final OpenEvents open;
  private final PausedSubscriptions pausedSubscriptions;

  public Deliveries(JdbcClient jdbc, OpenEvents open) {
    this.jdbc = jdbc;
    this.open = open;
    this.pausedSubscriptions = new PausedSubscriptions(jdbc);
  }

  // Changes.

  /** Locks a delivery; one without a row gets it first, due now. */
  Delivery lock(Delivery.Key key) {
    return lock(key.tenant(), key.id())
        .orElseGet(
            () -> {
              add(key, State.RETRYING, null);
              return lock(key.tenant(), key.id()).orElseThrow();
            });
  }

  public Optional<Delivery> lock(Tenant tenant, DeliveryId id) {
    return find("for update", tenant, id);
  }

  /**
   * Adds a recipient's row unless it has one, and counts its event down.
   *
   * <p>A delivery that is added as retrying is due now.
   *
   * @return whether the row was added
   */
  public boolean add(Delivery.Key key, State state, @Nullable Reason reason) {
    int added =
        jdbc.sql(
                """
                insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
                  reason, next_attempt_at, round_opened_by)
                values (:tenant, :id, :event, :type, :subscription, :state, :reason,
                  case when :waits then now() end,
                  (select rounds_opened_by from open_events
                   where tenant = :tenant and event_id = :event))
                on conflict do nothing
                """)
            .param("tenant", key.tenant().name())
            .param("id", key.id().uuid())
            .param("event", key.eventId().uuid())
            .param("type", key.eventType())
            .param("subscription", key.subscriptionId().uuid())
            .param("state", state.word())
            .param("reason", Reason.wordOf(reason))
            .param("waits", state == State.RETRYING)
            .update();
    if (added == 1) {
      open.countDown(List.of(new OpenEvents.Written(key.tenant(), key.eventId())));
    }
    return added == 1;
  }

  /** Updates a locked delivery; {@code wait} counts from now, by PostgreSQL's clock. */
  void update(Delivery to, @Nullable Duration wait) {
    jdbc.sql(
            """
            update deliveries
            set state = :state, reason = :reason, round = :round, round_attempts = :roundAttempts,
              attempt_count = :attemptCount, run_id = :run,
              next_attempt_at = now() + cast(:wait as bigint) * interval '1 millisecond',
              look_after = null, own_faults = 0,
              run_notice = run_notice and cast(:wait as bigint) is null
            where tenant = :tenant and id = :id
            """)
        .param("state", to.state().word())
        .param("reason", Reason.wordOf(to.reason()))
        .param("round", to.round())
        .param("roundAttempts", to.roundAttempts())
        .param("attemptCount", to.attemptCount())
        .param("run", to.runId())
        .param("wait", wait == null ? null : wait.toMillis())
        .param("tenant", to.key().tenant().name())
        .param("id", to.key().id().uuid())
        .update();
  }

  /**
   * Assigns a locked delivery to a run, which continues its round.
   *
   * <p>Empty if a later run has it in hand, or if this run was told to end.
   *
   * @param since when the run scheduled its activity
   */
  public Optional<Delivery> assignTo(String runId, Instant since, Delivery delivery) {
    int assigned =
        jdbc.sql(
                """
                update deliveries
                set run_id = :run, run_since = :since, look_after = null, run_notice = false
                where tenant = :tenant and id = :id and ended_run is distinct from :run
                  and (run_id is null or run_since is null or run_since <= :since)
                """)
            .param("run", runId)
            .param("since", since.atOffset(ZoneOffset.UTC))
            .param("tenant", delivery.key().tenant().name())
            .param("id", delivery.key().id().uuid())
            .update();
    return assigned == 1 ? find(delivery.key().tenant(), delivery.key().id()) : Optional.empty();
  }

  /** Assigns a locked delivery to a reset run, and opens the new round once for that run. */
  public Optional<Delivery> assignToReset(String runId, Instant since, Delivery delivery) {
    return assignTo(runId, since, delivery).map(assigned -> openRoundOnce(runId, assigned));
  }

  private Delivery openRoundOnce(String runId, Delivery delivery) {
    jdbc.sql(
            """
            update deliveries
            set round = round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), round_opened_by = :run, round_requested = true,
              own_faults = 0, backlogged = false, retry_until = null, turn_since = now()
            where tenant = :tenant and id = :id and round_opened_by is distinct from :run
            """)
        .param("run", runId)
        .param("tenant", delivery.key().tenant().name())
        .param("id", delivery.key().id().uuid())
        .update();
    return find(delivery.key().tenant(), delivery.key().id()).orElseThrow();
  }

  /**
   * Time until a delivery is due, by PostgreSQL's clock; zero or less: it is due.
   *
   * @return null if it is not due by itself: it is over, or paused
   */
  public @Nullable Duration untilDue(Delivery delivery) {
    return jdbc.sql(
            """
            select extract(epoch from next_attempt_at - clock_timestamp()) as seconds
            from deliveries
            where tenant = :tenant and id = :id and next_attempt_at is not null
            """)
        .param("tenant", delivery.key().tenant().name())
        .param("id", delivery.key().id().uuid())
        .query((row, _) -> Duration.ofMillis((long) (row.getDouble("seconds") * 1000)))
        .optional()
        .orElse(null);
  }

  /** Cancels a delivery if this run still has it in hand. */
  public boolean cancelRun(DeliveryId id, String runId, Reason reason) {
    return endRun(id, runId, State.CANCELLED, reason);
  }

  /** Fails a delivery that can no longer be sent, if this run still has it in hand. */
  public void failRun(DeliveryId id, String runId, Reason reason) {
    endRun(id, runId, State.FAILED, reason);
  }

  private boolean endRun(DeliveryId id, String runId, State end, Reason reason) {
    return jdbc.sql(
                """
                update deliveries
                set state = :state, reason = :reason, next_attempt_at = null
                where id = :id and run_id = :run and state in ('retrying', 'held')
                """)
            .param("state", end.word())
            .param("reason", Reason.wordOf(reason))
            .param("id", id.uuid())
            .param("run", runId)
            .update()
        == 1;
  }

  /**
   * Cancels a delivery for a cancelled run that has it in hand, or would have taken it next.
   *
   * <p>A round that was opened after the run started does not belong to the run.
   *
   * @param since when the run scheduled this activity
   * @param round the round for which the run was started; null: not known
   */
  public boolean cancelCancelledRun(
      Tenant tenant, DeliveryId id, String runId, Instant since, @Nullable Integer round) {
    return jdbc.sql(
                """
                update deliveries
                set state = 'cancelled', reason = 'cancelled', next_attempt_at = null
                where tenant = :tenant and id = :id and state in ('retrying', 'held')
                  and (run_id = :run
                    or (run_id is null and round = :round)
                    or (run_id is not null and (run_since is null or run_since <= :since)))
                """)
            .param("tenant", tenant.name())
            .param("id", id.uuid())
            .param("run", runId)
            .param("since", since.atOffset(ZoneOffset.UTC))
            .param("round", round)
            .update()
        == 1;
  }

  /**
   * Holds a run's delivery until its subscription is enabled; false if it is no longer paused.
   *
   * <p>Call it in a transaction.
   */
  public boolean holdIfPaused(Delivery.Key key, String runId) {
    boolean paused = pausedSubscriptions.lock(key.tenant(), key.subscriptionId());
    if (paused) {
      hold(key, runId);
    }
    return paused;
  }

  /** Adds a recipient's row, held if its subscription is still paused; call in a transaction. */
  public State addHeldIfPaused(Delivery.Key key) {
    boolean paused = pausedSubscriptions.lock(key.tenant(), key.subscriptionId());
    State state = paused ? State.HELD : State.RETRYING;
    add(key, state, paused ? Reason.PAUSED : null);
    return state;
  }

  void hold(Delivery.Key key, String runId) {
    jdbc.sql(
            """
            update deliveries
            set state = 'held', reason = 'paused', next_attempt_at = null, run_notice = false
            where tenant = :tenant and id = :id and run_id = :run and state in ('retrying', 'held')
              and reason is distinct from 'paused'
            """)
        .param("tenant", key.tenant().name())
        .param("id", key.id().uuid())
        .param("run", runId)
        .update();
  }

  // Queries.

  public Optional<Delivery> find(Tenant tenant, DeliveryId id) {
    return find("", tenant, id);
  }

  /** Whether no run has taken the delivery, and no round was opened, since it was read. */
  public boolean isUntaken(Delivery since) {
    return find(since.key().tenant(), since.key().id())
        .filter(now -> now.round() == since.round())
        .filter(now -> Objects.equals(now.runId(), since.runId()))
        .isPresent();
  }

  private Optional<Delivery> find(String lock, Tenant tenant, DeliveryId id) {
    return jdbc.sql(
            "select "
                + DeliveryRows.COLUMNS
                + " from deliveries where tenant = :tenant and id = :id "
                + lock)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query((row, _) -> DeliveryRows.delivery(row))
        .optional();
  }

  /** The deliveries of an event that have a row. */
  public List<Delivery> of(Tenant tenant, EventId event) {
    return jdbc.sql(
            "select "
                + DeliveryRows.COLUMNS
                + " from deliveries where tenant = :tenant and id between :low and :high"
                + " and event_id = :event")
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param("low", DeliveryId.first(event).uuid())
        .param("high", DeliveryId.last(event).uuid())
        .query((row, _) -> DeliveryRows.delivery(row))
        .list();
  }
}
