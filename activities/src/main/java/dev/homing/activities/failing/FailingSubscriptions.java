package dev.homing.activities.failing;

import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The subscriptions that have done nothing but fail, in PostgreSQL and by its clock.
 *
 * <p>A row says since when. It is written by the first failure and deleted by a success. After two
 * days without an attempt a failure is a first one again: a receiver may ask for up to 29 hours
 * between two attempts.
 */
public final class FailingSubscriptions {
  private static final String LATELY =
      """
      failing_since < now() - interval '1 minute' and last_failure_at > now() - interval '1 day'
      """;

  /** No more than these are read to find those that failed lately. */
  private static final int MOST = 10_000;

  private final JdbcClient jdbc;

  public FailingSubscriptions(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** A subscription that fails, and since when. */
  record Failing(SubscriptionKey key, Instant since) {}

  /** Notes a failure, and how long ago it was. */
  void failed(SubscriptionKey key, Duration ago) {
    jdbc.sql(
            """
            insert into failing_subscriptions as f (tenant, subscription_id, failing_since)
            values (:tenant, :id, now() - :ago * interval '1 millisecond')
            on conflict (tenant, subscription_id) do update
            set last_failure_at = now(), failing_since =
              case when f.last_failure_at < now() - interval '2 days' then excluded.failing_since
                else f.failing_since end
            """)
        .param("ago", ago.toMillis())
        .param("tenant", key.tenant())
        .param("id", key.id())
        .update();
  }

  /** Forgets the failures of a subscription: it has succeeded, or begins anew. */
  public void clear(SubscriptionKey key) {
    jdbc.sql("delete from failing_subscriptions where tenant = :tenant and subscription_id = :id")
        .param("tenant", key.tenant())
        .param("id", key.id())
        .update();
  }

  /** Those that have begun to fail after a moment. */
  List<Failing> begunAfter(Instant moment) {
    return jdbc.sql("select * from failing_subscriptions where failing_since > :moment")
        .param("moment", moment.atOffset(ZoneOffset.UTC))
        .query((row, _) -> failing(row))
        .list();
  }

  /** Those that have failed for this long, and within the last day. */
  List<Failing> failingFor(Duration duration, int limit) {
    return jdbc.sql(
            """
            select f.* from failing_subscriptions f
            join subscriptions s on s.tenant = f.tenant and s.id = f.subscription_id
            where f.failing_since <= now() - :duration * interval '1 millisecond'
              and f.last_failure_at > now() - interval '1 day'
              and s.enabled and s.deleted_at is null
            order by f.failing_since
            limit :limit
            """)
        .param("duration", duration.toMillis())
        .param("limit", limit)
        .query((row, _) -> failing(row))
        .list();
  }

  /** Since when those among these do nothing but fail, for a minute at least. */
  public Map<SubscriptionId, Instant> since(Tenant tenant, Collection<SubscriptionId> ids) {
    return since(
        jdbc.sql(
                "select * from failing_subscriptions"
                    + " where tenant = :tenant and subscription_id = any(:ids) and "
                    + LATELY)
            .param("ids", ids.stream().map(SubscriptionId::uuid).toArray(UUID[]::new)),
        tenant);
  }

  /**
   * Since when a tenant's receivers do nothing but fail, for a minute at least; the longest first.
   * They are looked for among the 10,000 that have failed for longest.
   */
  public Map<SubscriptionId, Instant> since(Tenant tenant, int limit) {
    return since(
        jdbc.sql(
                """
                select * from (
                  select * from failing_subscriptions where tenant = :tenant
                  order by failing_since limit :most) longest
                where %s
                order by failing_since limit :limit
                """
                    .formatted(LATELY))
            .param("most", MOST)
            .param("limit", limit),
        tenant);
  }

  private static Map<SubscriptionId, Instant> since(
      JdbcClient.StatementSpec statement, Tenant tenant) {
    return statement.param("tenant", tenant.name()).query((row, _) -> failing(row)).list().stream()
        .collect(
            Collectors.toMap(
                failing -> new SubscriptionId(failing.key().id()),
                Failing::since,
                (one, _) -> one,
                LinkedHashMap::new));
  }

  /**
   * Whether the ledger has a success since the subscription fails.
   *
   * <p>Its node may have stopped before it deleted the row, or not have known the row yet.
   */
  boolean hasSucceeded(Failing failing) {
    return jdbc.sql(
            """
            select exists (
              select from deliveries
              where tenant = :tenant and subscription_id = :id and state = 'delivered'
                and updated_at >= :since)
            """)
        .param("tenant", failing.key().tenant())
        .param("id", failing.key().id())
        .param("since", failing.since().atOffset(ZoneOffset.UTC))
        .query(Boolean.class)
        .single();
  }

  /** Deletes the row if the subscription has failed ever since; false if it has not. */
  boolean end(Failing failing) {
    return jdbc.sql(
                """
                delete from failing_subscriptions
                where tenant = :tenant and subscription_id = :id and failing_since = :since
                """)
            .param("tenant", failing.key().tenant())
            .param("id", failing.key().id())
            .param("since", failing.since().atOffset(ZoneOffset.UTC))
            .update()
        == 1;
  }

  /** Deletes the rows of which a failure would be a first one again. */
  void deleteOld() {
    jdbc.sql("delete from failing_subscriptions where last_failure_at < now() - interval '2 days'")
        .update();
  }

  private static Failing failing(ResultSet row) throws SQLException {
    return new Failing(
        new SubscriptionKey(row.getString("tenant"), row.getObject("subscription_id", UUID.class)),
        row.getObject("failing_since", OffsetDateTime.class).toInstant());
  }
}
