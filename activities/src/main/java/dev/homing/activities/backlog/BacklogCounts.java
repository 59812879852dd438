package dev.homing.activities.backlog;

import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Counts what waits, for people to read: up to a limit, as an exact count may read millions. */
public final class BacklogCounts {
  /** No more deliveries than these are counted. */
  public static final int COUNTED = 10_000;

  /** No more than these are counted of each, where many are shown. */
  public static final int COUNTED_OF_EACH = 1_000;

  /** The same for all backlogs together. */
  public static final int COUNTED_IN_ALL = 100_000;

  private final JdbcClient jdbc;

  public BacklogCounts(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * How much waits.
   *
   * @param waiting counted up to {@link #COUNTED}
   * @param oldest when the oldest event among those counted was accepted; null: nothing waits
   */
  public record Size(int waiting, @Nullable Instant oldest) {}

  /** How much waits in a subscription's backlog, of which {@link #COUNTED} are read at most. */
  public Size backlogged(SubscriptionKey key) {
    return count(key, "and backlogged");
  }

  /** The same, with deliveries that wait by a workflow of their own. */
  public Size waiting(SubscriptionKey key) {
    return count(key, "");
  }

  /** The same for all subscriptions of a tenant; the oldest of all that wait. */
  public Size waiting(Tenant tenant) {
    return jdbc.sql(
            """
            select
              (select count(*) from (
                select from deliveries
                where tenant = :tenant and state in ('retrying', 'held')
                limit :limit) counted) as waiting,
              (select id from (
                (select id from deliveries
                  where tenant = :tenant and state = 'retrying' order by id limit 1)
                union all
                (select id from deliveries
                  where tenant = :tenant and state = 'held' order by id limit 1)) oldest_of_each
                order by id limit 1) as oldest
            """)
        .param("tenant", tenant.name())
        .param("limit", COUNTED)
        .query((row, _) -> size(row))
        .single();
  }

  private Size count(SubscriptionKey key, String condition) {
    return jdbc.sql(
            """
            select count(*) as waiting, min(id::text)::uuid as oldest from (
              select id from deliveries
              where tenant = :tenant and subscription_id = :id
                and state in ('retrying', 'held') %s
              order by next_attempt_at
              limit :limit) counted
            """
                .formatted(condition))
        .param("tenant", key.tenant())
        .param("id", key.id())
        .param("limit", COUNTED)
        .query((row, _) -> size(row))
        .single();
  }

  /**
   * When the next of a subscription's deliveries is due; null: none has a time.
   *
   * <p>The first condition on the state is that of the index, the second one chooses.
   */
  public @Nullable Instant next(SubscriptionKey key) {
    return jdbc.sql(
            """
            select next_attempt_at from deliveries
            where tenant = :tenant and subscription_id = :id
              and state in ('retrying', 'held') and state = 'retrying'
              and next_attempt_at is not null
            order by next_attempt_at
            limit 1
            """)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .query((row, _) -> row.getObject(1, OffsetDateTime.class))
        .optional()
        .map(OffsetDateTime::toInstant)
        .orElse(null);
  }

  /** How much waits for each of these subscriptions, of which {@link #COUNTED_OF_EACH} are read. */
  public Map<SubscriptionId, Size> waiting(Tenant tenant, Collection<SubscriptionId> ids) {
    return jdbc
        .sql(
            """
            select asked.id, waiting, oldest
            from unnest(:ids::uuid[]) as asked (id)
            cross join lateral (
              select count(*) as waiting, min(id::text)::uuid as oldest from (
                select d.id from deliveries d
                where d.tenant = :tenant and d.subscription_id = asked.id
                  and d.state in ('retrying', 'held')
                order by d.next_attempt_at
                limit :limit) counted) counts
            where waiting > 0
            """)
        .param("tenant", tenant.name())
        .param("ids", ids.stream().map(SubscriptionId::uuid).toArray(UUID[]::new))
        .param("limit", COUNTED_OF_EACH)
        .query((row, _) -> Map.entry(subscription(row), size(row)))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /**
   * The receivers for which most waits, with how much, of what waits for all of a tenant's
   * receivers together, of which {@link #COUNTED} are read.
   */
  public Map<SubscriptionId, Size> most(Tenant tenant, int receivers) {
    return jdbc
        .sql(
            """
            select subscription_id as id, count(*) as waiting, min(id::text)::uuid as oldest
            from (
              select subscription_id, id from deliveries
              where tenant = :tenant and state in ('retrying', 'held')
              limit :limit) counted
            group by subscription_id
            order by waiting desc, id
            limit :receivers
            """)
        .param("tenant", tenant.name())
        .param("limit", COUNTED)
        .param("receivers", receivers)
        .query((row, _) -> Map.entry(subscription(row), size(row)))
        .list()
        .stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (one, _) -> one, LinkedHashMap::new));
  }

  /** How much waits for each of these tenants, of which {@link #COUNTED_OF_EACH} are read. */
  public Map<Tenant, Size> ofTenants(Collection<Tenant> tenants) {
    return jdbc
        .sql(
            """
            select asked.tenant, waiting, oldest
            from unnest(:tenants::text[]) as asked (tenant)
            cross join lateral (
              select count(*) as waiting, min(id::text)::uuid as oldest from (
                select d.id from deliveries d
                where d.tenant = asked.tenant and d.state in ('retrying', 'held')
                limit :limit) counted) counts
            where waiting > 0
            """)
        .param("tenants", tenants.stream().map(Tenant::name).toArray(String[]::new))
        .param("limit", COUNTED_OF_EACH)
        .query((row, _) -> Map.entry(new Tenant(row.getString("tenant")), size(row)))
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static SubscriptionId subscription(ResultSet row) throws SQLException {
    return new SubscriptionId(row.getObject("id", UUID.class));
  }

  private static Size size(ResultSet row) throws SQLException {
    UUID oldest = row.getObject("oldest", UUID.class);
    return new Size(row.getInt("waiting"), oldest == null ? null : PrefixedId.time(oldest));
  }

  /**
   * All backlogs together.
   *
   * @param backlogs in which something waits
   * @param overPace those of receivers that are over pace
   * @param held receivers that asked for a pause, with or without a backlog
   * @param open those that do not answer
   * @param halfOpen those that answer again
   * @param deliveries that wait in them, counted up to {@link #COUNTED_IN_ALL}
   * @param oldest how long the oldest has been there that is not over pace; zero: there is none
   */
  public record Totals(
      int backlogs,
      int overPace,
      int held,
      int open,
      int halfOpen,
      int deliveries,
      Duration oldest) {
    public static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, Duration.ZERO);
  }

  /** Counts all backlogs and what waits in them, and the receivers in trouble. */
  public Totals totals() {
    return jdbc.sql(
            """
            select count(next_look) as backlogs,
              count(next_look) filter (where over_pace and state = 'closed') as over_pace,
              count(*) filter (where state = 'held') as held,
              count(*) filter (where state = 'open') as open,
              count(*) filter (where state = 'half_open') as half_open,
              coalesce(extract(epoch from now() - min(since) filter (
                where next_look is not null and (not over_pace or state <> 'closed'))), 0)
                as oldest,
              (select count(*) from (
                select from deliveries where state in ('retrying', 'held') and backlogged
                limit :limit) counted) as deliveries
            from standings
            """)
        .param("limit", COUNTED_IN_ALL)
        .query(
            (row, _) ->
                new Totals(
                    row.getInt("backlogs"),
                    row.getInt("over_pace"),
                    row.getInt("held"),
                    row.getInt("open"),
                    row.getInt("half_open"),
                    row.getInt("deliveries"),
                    Duration.ofMillis((long) (row.getDouble("oldest") * 1000))))
        .single();
  }
}
