package dev.homing.activities.backlog;

import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Leases on backlogs: only the holder drains one.
 *
 * <p>A lease goes by PostgreSQL's clock. No node waits for one: a backlog that is due and not
 * leased is claimed by the next node that looks.
 */
public final class DrainLeases {
  private static final Duration DURATION = Duration.ofSeconds(30);

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public DrainLeases(JdbcClient jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  /** The right to drain a backlog, identified by a token. */
  record Lease(SubscriptionKey key, String token) {
    Tenant tenant() {
      return new Tenant(key.tenant());
    }

    SubscriptionId subscription() {
      return new SubscriptionId(key.id());
    }
  }

  /** How soon a lease must be renewed while its drain goes on. */
  Duration renewal() {
    return DURATION.dividedBy(3);
  }

  /**
   * Claims backlogs that are due, that no node drains and no workflow has in hand.
   *
   * <p>Those of the tenant of which the fewest are drained come first. Those that a transaction has
   * locked are left out.
   */
  List<Lease> claimDue(int limit) {
    String token = UUID.randomUUID().toString();
    return jdbc.sql(
            """
            with ranked as (
              select tenant, subscription_id, next_look, leased_until,
                row_number() over (
                  partition by tenant order by leased_until >= now() desc nulls last, next_look)
                  as turn
              from standings
              where next_look <= now() and run_id is null),
            due as (
              select s.tenant, s.subscription_id
              from (
                select * from ranked
                where leased_until is null or leased_until < now()
                order by turn, next_look limit :limit) c
              join standings s on s.tenant = c.tenant and s.subscription_id = c.subscription_id
              where s.next_look <= now() and s.run_id is null
                and (s.leased_until is null or s.leased_until < now())
              for update of s skip locked)
            update standings s
            set leased_until = now() + :lease * interval '1 millisecond', leased_by = :token,
              next_look = now(), not_before = null
            from due
            where s.tenant = due.tenant and s.subscription_id = due.subscription_id
            returning s.tenant, s.subscription_id
            """)
        .param("limit", limit)
        .param("lease", DURATION.toMillis())
        .param("token", token)
        .query((row, _) -> new Lease(Standings.key(row), token))
        .list();
  }

  /** Backlogs that {@link #claimDue} would claim, locked or not, the longest due first. */
  List<SubscriptionKey> unclaimed(int limit) {
    return jdbc.sql(
            """
            select tenant, subscription_id from standings
            where next_look <= now() and run_id is null
              and (leased_until is null or leased_until < now())
            order by next_look
            limit :limit
            """)
        .param("limit", limit)
        .query((row, _) -> Standings.key(row))
        .list();
  }

  /** Claims a backlog, due or not; empty if another node drains it, or nothing waits. */
  Optional<Lease> claim(SubscriptionKey key) {
    Lease lease = new Lease(key, UUID.randomUUID().toString());
    int claimed =
        jdbc.sql(
                """
                update standings
                set leased_until = now() + :lease * interval '1 millisecond', leased_by = :token,
                  next_look = now(), not_before = null
                where tenant = :tenant and subscription_id = :id
                  and next_look is not null and (leased_until is null or leased_until < now())
                """)
            .param("lease", DURATION.toMillis())
            .param("token", lease.token())
            .param("tenant", key.tenant())
            .param("id", key.id())
            .update();
    return claimed == 1 ? Optional.of(lease) : Optional.empty();
  }

  /** Renews a lease; false if it was lost: another node may drain now. */
  boolean renew(Lease lease) {
    return jdbc.sql(
                """
                update standings set leased_until = now() + :lease * interval '1 millisecond'
                where tenant = :tenant and subscription_id = :id and leased_by = :token
                """)
            .param("lease", DURATION.toMillis())
            .param("tenant", lease.key().tenant())
            .param("id", lease.key().id())
            .param("token", lease.token())
            .update()
        == 1;
  }

  /**
   * Gives a lease back until the next delivery is due, and closes the backlog if none waits.
   *
   * @param pause nothing is looked at before it is over; null: as soon as a delivery is due
   */
  void giveBack(Lease lease, @Nullable Duration pause) {
    transaction.executeWithoutResult(
        _ -> {
          if (lock(lease)) {
            giveBackLocked(lease, pause);
          }
        });
  }

  /**
   * Locks the standing, so that no delivery is added until it is closed.
   *
   * <p>A statement of its own: one that waited for the lock would not see what was committed
   * meanwhile.
   */
  private boolean lock(Lease lease) {
    return jdbc.sql(
            """
            select true from standings
            where tenant = :tenant and subscription_id = :id and leased_by = :token
            for update
            """)
        .param("tenant", lease.key().tenant())
        .param("id", lease.key().id())
        .param("token", lease.token())
        .query(Boolean.class)
        .optional()
        .orElse(false);
  }

  private void giveBackLocked(Lease lease, @Nullable Duration pause) {
    jdbc.sql(
            """
            with waiting as (
              select min(next_attempt_at) as due from deliveries
              where tenant = :tenant and subscription_id = :id
                and state in ('retrying', 'held') and backlogged)
            update standings
            set leased_until = null, leased_by = null, changed_at = now(),
              next_look = case when due is not null then
                greatest(due, now() + cast(:pause as bigint) * interval '1 millisecond') end,
              not_before = case when due is not null then
                now() + cast(:pause as bigint) * interval '1 millisecond' end,
              run_id = case when due is not null then run_id end,
              held_for = case when due is not null then held_for else '0' end,
              over_pace = over_pace and due is not null
            from waiting
            where tenant = :tenant and subscription_id = :id
            """)
        .param("pause", pause == null ? null : pause.toMillis())
        .param("tenant", lease.key().tenant())
        .param("id", lease.key().id())
        .update();
  }
}
