package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.standing.OwnRetries;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Decisions of clients, operators and subscriptions about deliveries: retry, cancel, release.
 *
 * <p>A decision and the notice to the delivery's run are one commit, in the caller's transaction.
 */
public final class WaitingDeliveries {
  /** Runs that are woken when a subscription is enabled; more would fill Temporal's queues. */
  private static final int MOST_WOKEN = 20;

  /**
   * Most deliveries that one statement changes, which takes about half a second.
   *
   * <p>Each statement picks them in a {@code with} query, which PostgreSQL runs once. It may repeat
   * a subquery in {@code from} for each joined row, and each run would lock other deliveries.
   */
  public static final int MOST_CHANGED = 10_000;

  private final JdbcClient jdbc;
  private final OpenEvents open;
  private final Standings standings;
  private final OwnRetries ownRetries;
  private final Deliveries deliveries;

  public WaitingDeliveries(
      JdbcClient jdbc,
      OpenEvents open,
      Standings standings,
      OwnRetries ownRetries,
      Deliveries deliveries) {
    this.jdbc = jdbc;
    this.standings = standings;
    this.ownRetries = ownRetries;
    this.open = open;
    this.deliveries = deliveries;
  }

  /**
   * Opens a new round, due now, for the next run, whether or not the delivery is over.
   *
   * <p>A run that was told to end does not take the round.
   */
  public void openRound(Tenant tenant, DeliveryId id) {
    jdbc.sql(
            """
            update deliveries
            set round = round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), round_requested = true, look_after = null, own_faults = 0,
              run_id = null, run_notice = false, backlogged = false, retry_until = null,
              turn_since = now(),
              ended_run = case when state in ('delivered', 'failed', 'cancelled')
                then coalesce(run_id, ended_run) else ended_run end
            where tenant = :tenant and id = :id
            """)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  /**
   * Opens a new round for every undelivered recipient of an event, once for each run.
   *
   * <p>Those that wait for their turn keep waiting.
   *
   * <p>Recipients without a row get theirs in the new round.
   *
   * @return the deliveries that a run of their own had in hand
   */
  public List<DeliveryId> openRounds(Tenant tenant, EventId event, String openedBy) {
    open.roundsOpened(tenant, event, openedBy);
    return jdbc
        .sql(
            """
            with before as (
              select tenant, id, run_id, state from deliveries
              where tenant = :tenant and id between :low and :high and event_id = :event
                and state <> 'delivered' and round_opened_by is distinct from :openedBy
                and reason is distinct from 'in_order'
              order by id
              for update)
            update deliveries d
            set round = d.round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), round_opened_by = :openedBy, round_requested = false,
              look_after = null, own_faults = 0,
              run_id = null, run_notice = false, backlogged = false, retry_until = null,
              turn_since = now(),
              ended_run = case when before.state in ('delivered', 'failed', 'cancelled')
                then coalesce(before.run_id, d.ended_run) else d.ended_run end
            from before
            where d.tenant = before.tenant and d.id = before.id
            returning d.id, before.run_id, before.state
            """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param("low", DeliveryId.first(event).uuid())
        .param("high", DeliveryId.last(event).uuid())
        .param("openedBy", openedBy)
        .query(
            (row, _) ->
                row.getString("run_id") == null || State.of(row.getString("state")).isOver()
                    ? Optional.<DeliveryId>empty()
                    : Optional.of(new DeliveryId(row.getObject("id", UUID.class))))
        .list()
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * Cancels a delivery on request; false if it was already over.
   *
   * <p>A delivery without a row gets one.
   */
  public boolean cancel(Delivery.Key key, Reason reason) {
    return deliveries.add(key, State.CANCELLED, reason) || cancelWaiting(key, reason, "", Map.of());
  }

  /**
   * Cancels a delivery for a cancelled run of its event; false if it was already over.
   *
   * <p>The run cancels rounds that it opened or found, and none that was requested since.
   *
   * @param roundsOf the run that opened the event's rounds; null: not known
   */
  public boolean cancelOfEvent(Delivery.Key key, @Nullable String roundsOf, Reason reason) {
    return deliveries.add(key, State.CANCELLED, reason)
        || cancelWaiting(
            key,
            reason,
            """
            and not round_requested
            and (cast(:roundsOf as text) is null or coalesce(round_opened_by, :roundsOf) = :roundsOf)
            """,
            Collections.singletonMap("roundsOf", roundsOf));
  }

  /** Cancels a delivery that has a row, and leaves a notice for its run. */
  private boolean cancelWaiting(
      Delivery.Key key, Reason reason, String condition, Map<String, @Nullable String> params) {
    return jdbc.sql(
                """
                update deliveries
                set state = 'cancelled', reason = :reason, next_attempt_at = null,
                  look_after = null, run_notice = run_id is not null
                where tenant = :tenant and id = :id and state in ('retrying', 'held')
                """
                    + condition)
            .param("reason", Reason.wordOf(reason))
            .param("tenant", key.tenant().name())
            .param("id", key.id().uuid())
            .params(params)
            .update()
        == 1;
  }

  /**
   * Cancels deliveries to a subscription that was deleted or disabled, at most {@link
   * #MOST_CHANGED}.
   *
   * <p>Cancels none if the subscription is active again.
   */
  public int cancelForInactive(Tenant tenant, SubscriptionId subscription) {
    return cancelForInactive(
        "and s.tenant = :tenant and s.id = :subscription",
        "",
        Map.of("tenant", tenant.name(), "subscription", subscription.uuid()));
  }

  /**
   * Cancels deliveries to any subscriptions that ended in the last day, at most {@link
   * #MOST_CHANGED}.
   *
   * <p>The node that ended one may have died before it cancelled them, or more waited.
   */
  public int cancelForInactive() {
    return cancelForInactive(
        "and coalesce(s.deleted_at, s.updated_at) > now() - interval '1 day'",
        "skip locked",
        Map.of());
  }

  private int cancelForInactive(String which, String skip, Map<String, Object> params) {
    return jdbc.sql(
            """
            with inactive as (
              select w.tenant, w.id,
                case when s.deleted_at is null then s.disabled_reason
                  else 'subscription_deleted' end as reason
              from subscriptions s
              join deliveries w on w.tenant = s.tenant and w.subscription_id = s.id
              where (s.deleted_at is not null or s.disabled_reason is not null)
                and w.state in ('retrying', 'held') %s
              limit :most
              for share of s %s for update of w %s)
            update deliveries d
            set state = 'cancelled', reason = inactive.reason, next_attempt_at = null,
              look_after = null, run_notice = d.run_id is not null
            from inactive
            where d.tenant = inactive.tenant and d.id = inactive.id
            """
                .formatted(which, skip, skip))
        .param("most", MOST_CHANGED)
        .params(params)
        .update();
  }

  /**
   * Makes every waiting delivery of a newly enabled subscription due now.
   *
   * <p>Held deliveries continue, and parked ones are checked again. The runs of a few get a notice;
   * many wait in the backlog from now on, and their runs end when they wake by themselves. Of more
   * than {@link #MOST_CHANGED}, the drain of the backlog releases the rest. Those that wait for
   * their turn keep waiting.
   */
  public int release(Tenant tenant, SubscriptionId subscription) {
    boolean many = !ownRetries.isUnlimited() && moreWait(MOST_WOKEN, "", tenant, subscription);
    if (many || moreWait(0, "and backlogged", tenant, subscription)) {
      standings.expect(List.of(new SubscriptionKey(tenant, subscription)), List.of(Duration.ZERO));
    }
    return jdbc.sql(
            """
            with waiting as (
              select tenant, id from deliveries
              where tenant = :tenant and subscription_id = :subscription
                and state in ('retrying', 'held') and reason is distinct from 'in_order'
              limit :most
              for update)
            update deliveries d
            set state = case when reason = 'paused' then 'retrying' else state end,
              reason = nullif(reason, 'paused'), next_attempt_at = now(), look_after = null,
              backlogged = backlogged or :many,
              run_notice = run_id is not null and not :many,
              run_id = case when not :many then run_id end
            from waiting
            where d.tenant = waiting.tenant and d.id = waiting.id
            """)
        .param("many", many)
        .param("most", many ? MOST_CHANGED : Integer.MAX_VALUE)
        .param("tenant", tenant.name())
        .param("subscription", subscription.uuid())
        .update();
  }

  /** Whether more than so many wait that fulfil an SQL condition. */
  private boolean moreWait(int count, String condition, Tenant tenant, SubscriptionId id) {
    return jdbc.sql(
            """
            select exists (
              select from deliveries
              where tenant = :tenant and subscription_id = :id
                and state in ('retrying', 'held') %s
              offset :count)
            """
                .formatted(condition))
        .param("count", count)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query(Boolean.class)
        .single();
  }

  /** An event's waiting deliveries that no workflow has in hand yet, ordered by id. */
  public List<Delivery> withoutWorkflow(
      Tenant tenant, EventId event, @Nullable DeliveryId after, int limit) {
    return jdbc.sql(
            "select "
                + DeliveryRows.COLUMNS
                + """
                 from deliveries
                where tenant = :tenant and id > :after and id <= :high and event_id = :event
                  and state in ('retrying', 'held') and run_id is null and not backlogged
                order by id
                limit :limit
                """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param(
            "after",
            after == null
                ? new UUID(DeliveryId.first(event).uuid().getMostSignificantBits(), 0)
                : after.uuid())
        .param("high", DeliveryId.last(event).uuid())
        .param("limit", limit)
        .query((row, _) -> DeliveryRows.delivery(row))
        .list();
  }

  /** The ids among these whose delivery waits and that no workflow has in hand yet. */
  public Set<DeliveryId> withoutWorkflow(Tenant tenant, Collection<DeliveryId> ids) {
    return jdbc.sql(
            """
            select id from deliveries
            where tenant = :tenant and id = any(:ids)
              and state in ('retrying', 'held') and run_id is null and not backlogged
            """)
        .param("tenant", tenant.name())
        .param("ids", ids.stream().map(DeliveryId::uuid).toArray(UUID[]::new))
        .query((row, _) -> new DeliveryId(row.getObject(1, UUID.class)))
        .set();
  }
}
