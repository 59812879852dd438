package dev.homing.activities.backlog;

import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.PrefixedId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Counts what waits, for people to read: up to a limit, as an exact count may read millions. */
public final class BacklogCounts {
  /** No more deliveries than these are counted. */
  public static final int COUNTED = 10_000;

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

  private static Size size(ResultSet row) throws SQLException {
    UUID oldest = row.getObject("oldest", UUID.class);
    return new Size(row.getInt("waiting"), oldest == null ? null : PrefixedId.time(oldest));
  }

  /**
   * All backlogs together.
   *
   * @param backlogs in which something waits
   * @param deliveries that wait in them, counted up to {@link #COUNTED_IN_ALL}
   * @param oldest how long the oldest has been there; zero: there is none
   */
  public record Totals(int backlogs, int deliveries, Duration oldest) {
    public static final Totals NONE = new Totals(0, 0, Duration.ZERO);
  }

  /** Counts all backlogs and what waits in them. */
  public Totals totals() {
    return jdbc.sql(
            """
            select count(*) as backlogs,
              coalesce(extract(epoch from now() - min(since)), 0) as oldest,
              (select count(*) from (
                select from deliveries where state in ('retrying', 'held') and backlogged
                limit :limit) counted) as deliveries
            from standings where next_look is not null
            """)
        .param("limit", COUNTED_IN_ALL)
        .query(
            (row, _) ->
                new Totals(
                    row.getInt("backlogs"),
                    row.getInt("deliveries"),
                    Duration.ofMillis((long) (row.getDouble("oldest") * 1000))))
        .single();
  }
}
