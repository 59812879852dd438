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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ledger of deliveries: the truth about each, whatever Temporal says.
 *
 * <p>What changes one takes its row's lock first, so it runs in its caller's transaction.
 */
public final class Deliveries {
  private static final String COLUMNS =
      "tenant, id, event_id, event_type, subscription_id, state, reason, round, round_attempts,"
          + " attempt_count, next_attempt_at, run_id, created_at, updated_at";

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
   * Gives a recipient its row, unless it has one. Whoever wrote the row also says so to the event.
   */
  public boolean add(Delivery.Key key, State state, @Nullable String reason) {
    int added =
        jdbc.sql(
                """
                insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
                  reason, next_attempt_at)
                values (:tenant, :id, :event, :type, :subscription, :state, :reason,
                  case when :state = 'retrying' then now() end)
                on conflict do nothing
                """)
            .param("tenant", key.tenant().name())
            .param("id", key.id().uuid())
            .param("event", key.eventId().uuid())
            .param("type", key.eventType())
            .param("subscription", key.subscriptionId().uuid())
            .param("state", state.word())
            .param("reason", reason)
            .update();
    if (added == 1) {
      open.written(key.tenant(), key.eventId(), 1);
    }
    return added == 1;
  }

  /** Writes what became of a locked delivery; {@code wait} is from now, by PostgreSQL's clock. */
  void update(Delivery to, @Nullable Duration wait) {
    jdbc.sql(
            """
            update deliveries
            set state = :state, reason = :reason, round = :round, round_attempts = :roundAttempts,
              attempt_count = :attemptCount, run_id = :run, updated_at = now(),
              next_attempt_at = now() + cast(:wait as bigint) * interval '1 millisecond'
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

  /** A locked delivery passes to another run, which goes on with its round. */
  Delivery passTo(String runId, Delivery delivery) {
    jdbc.sql("update deliveries set run_id = :run where tenant = :tenant and id = :id")
        .param("run", runId)
        .param("tenant", delivery.key().tenant().name())
        .param("id", delivery.key().id().uuid())
        .update();
    return find(delivery.key().tenant(), delivery.key().id()).orElseThrow();
  }

  /** A locked delivery passes to a run that stands for a new round, which is opened once. */
  Delivery passToReset(String runId, Delivery delivery) {
    jdbc.sql(
            """
            update deliveries
            set round = round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), round_opened_by = :run, updated_at = now()
            where tenant = :tenant and id = :id and round_opened_by is distinct from :run
            """)
        .param("run", runId)
        .param("tenant", delivery.key().tenant().name())
        .param("id", delivery.key().id().uuid())
        .update();
    return passTo(runId, delivery);
  }

  /** How long until a delivery is due, by PostgreSQL's clock; zero or less: it is. */
  Duration untilDue(Delivery delivery) {
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

  /** Opens a new round, due now, for whichever run comes next; over or not. */
  public void openRound(Tenant tenant, DeliveryId id) {
    jdbc.sql(
            """
            update deliveries
            set round = round + 1, round_attempts = 0, state = 'retrying', reason = null,
              next_attempt_at = now(), run_id = null, updated_at = now()
            where tenant = :tenant and id = :id
            """)
        .param("tenant", tenant.name())
        .param("id", id.uuid())
        .update();
  }

  /**
   * Opens a new round for every recipient that is not delivered, once for each run.
   *
   * @return those that a run of their own had in hand
   */
  List<DeliveryId> openRounds(Tenant tenant, EventId event, String openedBy) {
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
              next_attempt_at = now(), run_id = null, round_opened_by = :openedBy,
              updated_at = now()
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

  /** Stops a delivery that is not over; one without a row gets it. False if it was over. */
  public boolean cancel(Delivery.Key key, String reason) {
    return add(key, State.CANCELLED, reason)
        || cancelWhere("and id = :id", key.tenant(), reason, Map.of("id", key.id().uuid())) == 1;
  }

  /** Stops a delivery if this run still has it in hand. */
  public boolean cancelRun(DeliveryId id, String runId, String reason) {
    return jdbc.sql(
                """
                update deliveries
                set state = 'cancelled', reason = :reason, next_attempt_at = null,
                  updated_at = now()
                where id = :id and run_id = :run and state in ('retrying', 'held')
                """)
            .param("reason", reason)
            .param("id", id.uuid())
            .param("run", runId)
            .update()
        == 1;
  }

  /** Stops what waits of an event. */
  int cancelWaiting(Tenant tenant, EventId event, String reason) {
    return cancelWhere(
        "and id between :low and :high and event_id = :event",
        tenant,
        reason,
        Map.of("low", low(event), "high", high(event), "event", event.uuid()));
  }

  /** Stops what waits for a subscription. */
  public int cancelWaiting(Tenant tenant, SubscriptionId subscription, String reason) {
    return cancelWhere(
        "and subscription_id = :subscription",
        tenant,
        reason,
        Map.of("subscription", subscription.uuid()));
  }

  private int cancelWhere(
      String condition, Tenant tenant, String reason, Map<String, Object> params) {
    return jdbc.sql(
            """
            update deliveries
            set state = 'cancelled', reason = :reason, next_attempt_at = null, updated_at = now()
            where tenant = :tenant and state in ('retrying', 'held')
            """
                + condition)
        .param("tenant", tenant.name())
        .param("reason", reason)
        .params(params)
        .update();
  }

  /** Ends a waiting delivery that nobody can send any more. */
  void fail(Delivery.Key key, String reason) {
    jdbc.sql(
            """
            update deliveries
            set state = 'failed', reason = :reason, next_attempt_at = null, updated_at = now()
            where tenant = :tenant and id = :id and state in ('retrying', 'held')
            """)
        .param("reason", reason)
        .param("tenant", key.tenant().name())
        .param("id", key.id().uuid())
        .update();
  }

  /** Keeps a waiting delivery where it is until its subscription is enabled. */
  void hold(Delivery.Key key, String reason) {
    jdbc.sql(
            """
            update deliveries
            set state = 'held', reason = :reason, next_attempt_at = null, updated_at = now()
            where tenant = :tenant and id = :id and state = 'retrying'
            """)
        .param("reason", reason)
        .param("tenant", key.tenant().name())
        .param("id", key.id().uuid())
        .update();
  }

  /** What was held for a subscription waits again, due now. */
  public int releaseHeld(Tenant tenant, SubscriptionId subscription) {
    return jdbc.sql(
            """
            update deliveries
            set state = 'retrying', reason = null, next_attempt_at = now(), updated_at = now()
            where tenant = :tenant and subscription_id = :subscription and state = 'held'
            """)
        .param("tenant", tenant.name())
        .param("subscription", subscription.uuid())
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
  List<Delivery> withoutWorkflow(
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

  /** Those of all tenants that are overdue by ten seconds and that no workflow has in hand. */
  public List<Delivery> forsaken(int limit) {
    return jdbc.sql(
            "select "
                + COLUMNS
                + """
                 from deliveries
                where state = 'retrying' and run_id is null
                  and next_attempt_at < now() - interval '10 seconds'
                order by next_attempt_at
                limit :limit
                """)
        .param("limit", limit)
        .query((row, _) -> delivery(row))
        .list();
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

  /**
   * What to list.
   *
   * @param from the first id that counts, and {@code before} the first that does not
   */
  public record Filter(
      @Nullable State state,
      @Nullable SubscriptionId subscription,
      @Nullable EventId event,
      @Nullable String eventType,
      UUID from,
      UUID before) {}

  /** The tenant's that have a row, newest event first. */
  public List<Delivery> list(Tenant tenant, Filter filter, int limit) {
    return jdbc.sql(
            "select "
                + COLUMNS
                + """
                 from deliveries
                where tenant = :tenant
                  and id >= :from and id < :before
                  and (cast(:state as text) is null or state = :state)
                  and (cast(:subscription as uuid) is null or subscription_id = :subscription)
                  and (cast(:event as uuid) is null or event_id = :event)
                  and (cast(:type as text) is null or event_type = :type)
                order by id desc
                limit :limit
                """)
        .param("tenant", tenant.name())
        .param("from", filter.from())
        .param("before", filter.before())
        .param("state", filter.state() == null ? null : filter.state().word())
        .param("subscription", filter.subscription() == null ? null : filter.subscription().uuid())
        .param("event", filter.event() == null ? null : filter.event().uuid())
        .param("type", filter.eventType())
        .param("limit", limit)
        .query((row, _) -> delivery(row))
        .list();
  }

  private static Delivery delivery(ResultSet row) throws SQLException {
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
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /** The ids of an event's deliveries begin as its own does. */
  private static UUID low(EventId event) {
    return new UUID(event.uuid().getMostSignificantBits(), 0x8000000000000000L);
  }

  private static UUID high(EventId event) {
    return new UUID(event.uuid().getMostSignificantBits(), 0xbfffffffffffffffL);
  }
}
