package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.event.OpenEvents;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ledger of deliveries: the truth about each, whatever Temporal says.
 *
 * <p>What changes one takes its row's lock first, so it runs in its caller's transaction. A trigger
 * notes when what is shown of one has changed.
 */
public final class Deliveries {
  static final String COLUMNS =
      "tenant, id, event_id, event_type, subscription_id, state, reason, round, round_attempts,"
          + " attempt_count, next_attempt_at, run_id, ended_run, updated_at";

  /** Longer than it takes to look after what was claimed. */
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private final JdbcClient jdbc;
  private final OpenEvents open;

  public Deliveries(JdbcClient jdbc, OpenEvents open) {
    this.jdbc = jdbc;
    this.open = open;
  }

  // What changes a delivery.

  /** The delivery, locked; written first, due now, if it has no row yet. */
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
   * Gives a recipient its row, unless it has one; waiting, it is due now. Whoever wrote the row
   * also says so to the event.
   */
  public boolean add(Delivery.Key key, State state, @Nullable String reason) {
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
            .param("reason", reason)
            .param("waits", state == State.RETRYING)
            .update();
    if (added == 1) {
      open.written(List.of(new OpenEvents.Written(key.tenant(), key.eventId())));
    }
    return added == 1;
  }

  /** Writes what became of a locked delivery; {@code wait} is from now, by PostgreSQL's clock. */
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
        .param("reason", to.reason())
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
   * A locked delivery passes to another run, which goes on with its round; empty if a later run has
   * it in hand, or if this run was told to end.
   *
   * @param since when the run scheduled its activity
   */
  public Optional<Delivery> passTo(String runId, Instant since, Delivery delivery) {
    int passed =
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
    return passed == 1 ? find(delivery.key().tenant(), delivery.key().id()) : Optional.empty();
  }

  /** A locked delivery passes to a run that stands for a new round, which is opened once. */
  public Optional<Delivery> passToReset(String runId, Instant since, Delivery delivery) {
    return passTo(runId, since, delivery).map(passed -> openRoundOnce(runId, passed));
  }

  private Delivery openRoundOnce(String runId, Delivery delivery) {
    jdbc.sql(
            """
            update deliveries
            set round = round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), round_opened_by = :run, round_requested = true,
              own_faults = 0
            where tenant = :tenant and id = :id and round_opened_by is distinct from :run
            """)
        .param("run", runId)
        .param("tenant", delivery.key().tenant().name())
        .param("id", delivery.key().id().uuid())
        .update();
    return find(delivery.key().tenant(), delivery.key().id()).orElseThrow();
  }

  /** How long until a delivery is due, by PostgreSQL's clock; zero or less: it is. */
  public Duration untilDue(Delivery delivery) {
    Double seconds =
        jdbc.sql(
                """
                select extract(epoch from next_attempt_at - clock_timestamp())
                from deliveries where tenant = :tenant and id = :id
                """)
            .param("tenant", delivery.key().tenant().name())
            .param("id", delivery.key().id().uuid())
            .query(Double.class)
            .optional()
            .orElse(null);
    return seconds == null ? Duration.ZERO : Duration.ofMillis((long) (seconds * 1000));
  }

  /**
   * Opens a new round, due now, for the run that comes next; over or not. A run that was told to
   * end does not take it.
   */
  public void openRound(Tenant tenant, DeliveryId id) {
    jdbc.sql(
            """
            update deliveries
            set round = round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), round_requested = true, look_after = null, own_faults = 0,
              run_id = null, run_notice = false,
              ended_run = case when state in ('delivered', 'failed', 'cancelled')
                then coalesce(run_id, ended_run) else ended_run end
            where tenant = :tenant and id = :id
            """)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  /**
   * Opens a new round for every recipient that is not delivered, once for each run; those who have
   * no row yet get theirs in it.
   *
   * @return those that a run of their own had in hand
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
              for update)
            update deliveries d
            set round = d.round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), round_opened_by = :openedBy, round_requested = false,
              look_after = null, own_faults = 0,
              run_id = null, run_notice = false,
              ended_run = case when before.state in ('delivered', 'failed', 'cancelled')
                then coalesce(before.run_id, d.ended_run) else d.ended_run end
            from before
            where d.tenant = before.tenant and d.id = before.id
            returning d.id, before.run_id, before.state
            """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param("low", low(event))
        .param("high", high(event))
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
   * Stops a delivery that is not over, as somebody asked; one without a row gets it. False if it
   * was over.
   */
  public boolean cancel(Delivery.Key key, String reason) {
    return add(key, State.CANCELLED, reason) || cancelWaiting(key, reason, "", Map.of());
  }

  /**
   * The same for the run of an event that was cancelled: it speaks for the rounds that it opened or
   * found, and not for one that was asked for since.
   *
   * @param roundsOf the run that opened the event's rounds; null: not known
   */
  public boolean cancelOfEvent(Delivery.Key key, @Nullable String roundsOf, String reason) {
    return add(key, State.CANCELLED, reason)
        || cancelWaiting(
            key,
            reason,
            """
            and not round_requested
            and (cast(:roundsOf as text) is null or coalesce(round_opened_by, :roundsOf) = :roundsOf)
            """,
            Collections.singletonMap("roundsOf", roundsOf));
  }

  /** Its run hears of it. */
  private boolean cancelWaiting(
      Delivery.Key key, String reason, String condition, Map<String, @Nullable String> params) {
    return jdbc.sql(
                """
                update deliveries
                set state = 'cancelled', reason = :reason, next_attempt_at = null,
                  look_after = null, run_notice = run_id is not null
                where tenant = :tenant and id = :id and state in ('retrying', 'held')
                """
                    + condition)
            .param("reason", reason)
            .param("tenant", key.tenant().name())
            .param("id", key.id().uuid())
            .params(params)
            .update()
        == 1;
  }

  /** Stops a delivery if this run still has it in hand. */
  public boolean cancelRun(DeliveryId id, String runId, String reason) {
    return endRun(id, runId, State.CANCELLED, reason);
  }

  /** Ends a delivery that cannot be sent any more, if this run still has it in hand. */
  public void failRun(DeliveryId id, String runId, String reason) {
    endRun(id, runId, State.FAILED, reason);
  }

  private boolean endRun(DeliveryId id, String runId, State end, String reason) {
    return jdbc.sql(
                """
                update deliveries
                set state = :state, reason = :reason, next_attempt_at = null
                where id = :id and run_id = :run and state in ('retrying', 'held')
                """)
            .param("state", end.word())
            .param("reason", reason)
            .param("id", id.uuid())
            .param("run", runId)
            .update()
        == 1;
  }

  /**
   * Stops a delivery for a run that was cancelled: one that it has in hand, or that it would have
   * taken next. A round that was opened after the run started is not its own.
   *
   * @param since when the run scheduled this
   * @param round for which the run was started; null: not known
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
   * Stops what waits for a subscription that is deleted, or off because its receiver is gone.
   * Nothing if it receives again.
   */
  public int cancelForInactive(Tenant tenant, SubscriptionId subscription) {
    return cancelForInactive(
        "and s.tenant = :tenant and s.id = :subscription",
        "",
        Map.of("tenant", tenant.name(), "subscription", subscription.uuid()));
  }

  /**
   * The same for all subscriptions that ended within a day: the node that ended one may have died
   * before it had stopped what waits.
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
            update deliveries d
            set state = 'cancelled', reason = inactive.reason, next_attempt_at = null,
              look_after = null, run_notice = d.run_id is not null
            from (
              select w.tenant, w.id,
                case when s.deleted_at is null then s.disabled_reason
                  else 'subscription_deleted' end as reason
              from subscriptions s
              join deliveries w on w.tenant = s.tenant and w.subscription_id = s.id
              where (s.deleted_at is not null or s.disabled_reason is not null)
                and w.state in ('retrying', 'held') %s
              for share of s %s for update of w %s) inactive
            where d.tenant = inactive.tenant and d.id = inactive.id
            """
                .formatted(which, skip, skip))
        .params(params)
        .update();
  }

  /**
   * In a transaction: whether a subscription is paused, and stays so until the transaction ends. So
   * what is held is either released by whoever enables it, or not held at all.
   */
  public boolean isPaused(Tenant tenant, SubscriptionId subscription) {
    return jdbc.sql(
            """
            select true from subscriptions
            where tenant = :tenant and id = :id
              and not enabled and disabled_reason is null and deleted_at is null
            for share
            """)
        .param("tenant", tenant.name())
        .param("id", subscription.uuid())
        .query(Boolean.class)
        .optional()
        .orElse(false);
  }

  /** Keeps what a run has in hand where it is until its subscription is enabled. */
  public void hold(Delivery.Key key, String runId) {
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

  /**
   * Everything that waits for a subscription is due now, as it was enabled: what was held goes on,
   * and what is parked is looked at. Its runs hear of it.
   */
  public int release(Tenant tenant, SubscriptionId subscription) {
    return jdbc.sql(
            """
            update deliveries
            set state = case when reason = 'paused' then 'retrying' else state end,
              reason = nullif(reason, 'paused'), next_attempt_at = now(), look_after = null,
              run_notice = run_id is not null
            where tenant = :tenant and subscription_id = :subscription
              and state in ('retrying', 'held')
            """)
        .param("tenant", tenant.name())
        .param("subscription", subscription.uuid())
        .update();
  }

  /** Keeps what a run has in hand back because of a fault of ours, and has it looked at later. */
  public void park(Tenant tenant, DeliveryId id, String runId, String reason, Duration lookAgain) {
    jdbc.sql(
            """
            update deliveries
            set state = 'held', reason = :reason, look_after = null, run_notice = false,
              next_attempt_at = now() + :wait * interval '1 millisecond'
            where tenant = :tenant and id = :id and run_id = :run
              and state in ('retrying', 'held')
            """)
        .param("run", runId)
        .param("reason", reason)
        .param("wait", lookAgain.toMillis())
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  /** Counts a fault of ours in a run, and says how many there were since the last attempt. */
  public int countFault(Tenant tenant, DeliveryId id, String runId) {
    return jdbc.sql(
            """
            update deliveries set own_faults = own_faults + 1
            where tenant = :tenant and id = :id and run_id = :run
            returning own_faults
            """)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .param("run", runId)
        .query(Integer.class)
        .optional()
        .orElse(0);
  }

  /** Has what a run has in hand wait on, as nothing could be sent: that is no attempt. */
  public void putOff(Tenant tenant, DeliveryId id, String runId, Duration wait) {
    jdbc.sql(
            """
            update deliveries
            set state = 'retrying', reason = null, look_after = null, run_notice = false,
              next_attempt_at = now() + :wait * interval '1 millisecond'
            where tenant = :tenant and id = :id and run_id = :run
              and state in ('retrying', 'held')
            """)
        .param("run", runId)
        .param("wait", wait.toMillis())
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  // What asks about deliveries.

  public Optional<Delivery> find(Tenant tenant, DeliveryId id) {
    return find("", tenant, id);
  }

  private Optional<Delivery> find(String lock, Tenant tenant, DeliveryId id) {
    return jdbc.sql(
            "select " + COLUMNS + " from deliveries where tenant = :tenant and id = :id " + lock)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .query((row, _) -> delivery(row))
        .optional();
  }

  /** All deliveries of an event that have a row. */
  public List<Delivery> of(Tenant tenant, EventId event) {
    return jdbc.sql(
            "select "
                + COLUMNS
                + " from deliveries where tenant = :tenant and id between :low and :high"
                + " and event_id = :event")
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param("low", low(event))
        .param("high", high(event))
        .query((row, _) -> delivery(row))
        .list();
  }

  /**
   * Those of an event that wait and that no workflow has in hand yet, in the order of their ids.
   */
  public List<Delivery> withoutWorkflow(
      Tenant tenant, EventId event, @Nullable DeliveryId after, int limit) {
    return jdbc.sql(
            "select "
                + COLUMNS
                + """
                 from deliveries
                where tenant = :tenant and id > :after and id <= :high and event_id = :event
                  and state in ('retrying', 'held') and run_id is null
                order by id
                limit :limit
                """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param(
            "after",
            after == null ? new UUID(low(event).getMostSignificantBits(), 0) : after.uuid())
        .param("high", high(event))
        .param("limit", limit)
        .query((row, _) -> delivery(row))
        .list();
  }

  /** Those of these that wait and that no workflow has in hand yet. */
  public Set<DeliveryId> withoutWorkflow(Tenant tenant, Collection<DeliveryId> ids) {
    return jdbc.sql(
            """
            select id from deliveries
            where tenant = :tenant and id = any(:ids)
              and state in ('retrying', 'held') and run_id is null
            """)
        .param("tenant", tenant.name())
        .param("ids", ids.stream().map(DeliveryId::uuid).toArray(UUID[]::new))
        .query((row, _) -> new DeliveryId(row.getObject(1, UUID.class)))
        .set();
  }

  /**
   * Overdue deliveries of all tenants for the caller alone to look after: nobody else is given them
   * for a while. Those that no workflow has in hand are overdue sooner than the others, whose
   * attempt may be under way.
   */
  public List<Delivery> claimOverdue(int limit) {
    return jdbc.sql(
            """
            with overdue as (
              select tenant, id from deliveries
              where next_attempt_at < now() - interval '10 seconds'
                and (run_id is null or next_attempt_at < now() - interval '1 minute')
                and (look_after is null or look_after < now())
              order by next_attempt_at
              limit :limit
              for update skip locked)
            update deliveries d set look_after = now() + :claim * interval '1 millisecond'
            from overdue
            where d.tenant = overdue.tenant and d.id = overdue.id
            returning d.*
            """)
        .param("limit", limit)
        .param("claim", CLAIM.toMillis())
        .query((row, _) -> delivery(row))
        .list();
  }

  /** One that is overdue and needs nobody is left alone for longer, unless something changes it. */
  public void lookAfterAgain(Delivery.Key key, Duration later) {
    jdbc.sql(
            """
            update deliveries set look_after = now() + :later * interval '1 millisecond'
            where tenant = :tenant and id = :id and look_after is not null
            """)
        .param("later", later.toMillis())
        .param("tenant", key.tenant().name())
        .param("id", key.id().uuid())
        .update();
  }

  /**
   * Deliveries whose run sleeps and does not know what was decided, for the caller alone to tell
   * them: some of each tenant. Nobody else is given them for a while.
   */
  public List<Delivery> claimNotices(int perTenant) {
    return jdbc.sql(
            """
            with tenant_with_notices as (
              select distinct tenant from deliveries
              where run_notice and (look_after is null or look_after < now())),
            noticed as (
              select d.tenant, d.id
              from tenant_with_notices t
              cross join lateral (
                select tenant, id from deliveries
                where tenant = t.tenant and run_notice
                  and (look_after is null or look_after < now())
                order by id
                limit :limit
                for update skip locked) d)
            update deliveries d set look_after = now() + :claim * interval '1 millisecond'
            from noticed
            where d.tenant = noticed.tenant and d.id = noticed.id
            returning d.*
            """)
        .param("limit", perTenant)
        .param("claim", CLAIM.toMillis())
        .query((row, _) -> delivery(row))
        .list();
  }

  /** Its run knows, unless something was decided since this was read. */
  public void noticed(Delivery told) {
    jdbc.sql(
            """
            update deliveries set run_notice = false, look_after = null
            where tenant = :tenant and id = :id and run_id = :run and updated_at = :updatedAt
            """)
        .param("tenant", told.key().tenant().name())
        .param("id", told.key().id().uuid())
        .param("run", told.runId())
        .param("updatedAt", told.updatedAt().atOffset(ZoneOffset.UTC))
        .update();
  }

  /** Nobody is kept from looking after what is overdue. */
  public void freeClaims() {
    jdbc.sql(
            """
            update deliveries set look_after = null
            where next_attempt_at < now() and look_after is not null
            """)
        .update();
  }

  /** Those of all tenants that are overdue, the oldest first. */
  public List<Delivery> overdue(boolean withWorkflow, int limit) {
    return jdbc.sql(
            "select "
                + COLUMNS
                + """
                 from deliveries
                where next_attempt_at < now() - cast(:late as interval)
                  and (run_id is not null) = :withWorkflow
                order by next_attempt_at
                limit :limit
                """)
        .param("late", withWorkflow ? "1 minute" : "10 seconds")
        .param("withWorkflow", withWorkflow)
        .param("limit", limit)
        .query((row, _) -> delivery(row))
        .list();
  }

  /** How many are overdue by a minute, and by how much the latest is. */
  public Lateness lateness() {
    return jdbc.sql(
            """
            select count(*) as count,
              coalesce(extract(epoch from now() - min(next_attempt_at)), 0) as latest
            from deliveries
            where next_attempt_at < now() - interval '1 minute'
            """)
        .query(
            (row, _) ->
                new Lateness(
                    row.getLong("count"),
                    Duration.ofMillis((long) (row.getDouble("latest") * 1000))))
        .single();
  }

  /** The overdue deliveries of all tenants. */
  public record Lateness(long overdue, Duration latest) {
    public static final Lateness NONE = new Lateness(0, Duration.ZERO);
  }

  /** How many are parked: kept back because of a fault of ours. */
  public long parked() {
    return jdbc.sql(
            """
            select count(*) from deliveries
            where state = 'held' and next_attempt_at is not null
            """)
        .query(Long.class)
        .single();
  }

  /** How many deliveries with a row an event has in each state. */
  public Map<State, Long> counts(Tenant tenant, EventId event) {
    return jdbc
        .sql(
            """
            select state, count(*) as count from deliveries
            where tenant = :tenant and id between :low and :high and event_id = :event
            group by state
            """)
        .param("tenant", tenant.name())
        .param("event", event.uuid())
        .param("low", low(event))
        .param("high", high(event))
        .query((row, _) -> Map.entry(State.of(row.getString("state")), row.getLong("count")))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  static Delivery delivery(ResultSet row) throws SQLException {
    Delivery.Key key =
        new Delivery.Key(
            new Tenant(row.getString("tenant")),
            new EventId(row.getObject("event_id", UUID.class)),
            row.getString("event_type"),
            new SubscriptionId(row.getObject("subscription_id", UUID.class)));
    OffsetDateTime next = row.getObject("next_attempt_at", OffsetDateTime.class);
    return new Delivery(
        key,
        State.of(row.getString("state")),
        row.getString("reason"),
        row.getInt("round"),
        row.getInt("round_attempts"),
        row.getInt("attempt_count"),
        next == null ? null : next.toInstant(),
        row.getString("run_id"),
        row.getString("ended_run"),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }

  /** The ids of an event's deliveries begin as its own does. */
  private static UUID low(EventId event) {
    return new UUID(event.uuid().getMostSignificantBits(), 0x8000000000000000L);
  }

  private static UUID high(EventId event) {
    return new UUID(event.uuid().getMostSignificantBits(), 0xbfffffffffffffffL);
  }
}
