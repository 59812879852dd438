package dev.homing.activities.backlog;

import dev.homing.activities.TenantTurns;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.SubscriptionKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The workflow runs that drain backlogs, as the ledger knows them. */
public final class BacklogRuns {
  /** A backlog that ends sooner gets no workflow. */
  private static final Duration MIN_AGE = Duration.ofSeconds(5);

  /** How late a drain may be before its run is looked up. */
  private static final Duration MAX_LATENESS = Duration.ofSeconds(2);

  /** How soon the next node may look after a backlog that one has claimed. */
  private static final Duration CLAIM = Duration.ofSeconds(10);

  private static final String UNSTARTED =
      """
      t.next_look is not null and t.run_id is null
        and t.since < now() - :age * interval '1 millisecond'
        and (t.look_after is null or t.look_after < now())
      """;

  private static final String LATE =
      """
      t.next_look < now() - :lateness * interval '1 millisecond' and t.run_id is not null
        and (t.leased_until is null or t.leased_until < now())
        and (t.look_after is null or t.look_after < now())
      """;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public BacklogRuns(JdbcClient jdbc, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  /**
   * A backlog that is due and that no node drains, though a run has it in hand.
   *
   * @param paused whether its activity was paused by an operator when a node last knew
   */
  public record Late(SubscriptionKey key, String runId, boolean paused) {}

  /** Claims backlogs that need a workflow: tenants in turn, the oldest of each first. */
  public List<SubscriptionKey> claimUnstarted(int limit) {
    return jdbc.sql(
            """
            with unstarted as (%s)
            update standings s set look_after = now() + :claim * interval '1 millisecond'
            from unstarted u
            where s.tenant = u.tenant and s.subscription_id = u.subscription_id
            returning s.tenant, s.subscription_id
            """
                .formatted(TenantTurns.pick("standings", "subscription_id", "since", UNSTARTED)))
        .param("age", MIN_AGE.toMillis())
        .param("claim", CLAIM.toMillis())
        .param("limit", limit)
        .query((row, _) -> Standings.key(row))
        .list();
  }

  /**
   * Notes the run that was started for a backlog, and ends the claim: if the run does not drain in
   * time, any node may look it up.
   */
  public void started(SubscriptionKey key, String runId) {
    jdbc.sql(
            """
            update standings set run_id = :run, look_after = now()
            where tenant = :tenant and subscription_id = :id
              and run_id is null and next_look is not null
            """)
        .param("run", runId)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .update();
  }

  /** Those of these backlogs that are due, that a run has in hand and no node drains now. */
  public List<Late> due(List<SubscriptionKey> keys) {
    return jdbc.sql(
            """
            select tenant, subscription_id, run_id, run_paused from standings
            where (tenant, subscription_id) in (
                select tenant, id from unnest(:tenants::text[], :ids::uuid[]) as k (tenant, id))
              and next_look <= now() and run_id is not null
              and (leased_until is null or leased_until < now())
            """)
        .param("tenants", keys.stream().map(SubscriptionKey::tenant).toArray(String[]::new))
        .param("ids", keys.stream().map(SubscriptionKey::id).toArray(UUID[]::new))
        .query((row, _) -> late(row))
        .list();
  }

  private static Late late(ResultSet row) throws SQLException {
    return new Late(Standings.key(row), row.getString("run_id"), row.getBoolean("run_paused"));
  }

  /** Claims backlogs whose drain is late: tenants in turn, the latest of each first. */
  public List<Late> claimLate(int limit) {
    return jdbc.sql(
            """
            with late as (%s)
            update standings s set look_after = now() + :claim * interval '1 millisecond'
            from late l
            where s.tenant = l.tenant and s.subscription_id = l.subscription_id
            returning s.tenant, s.subscription_id, s.run_id, s.run_paused
            """
                .formatted(TenantTurns.pick("standings", "subscription_id", "next_look", LATE)))
        .param("lateness", MAX_LATENESS.toMillis())
        .param("claim", CLAIM.toMillis())
        .param("limit", limit)
        .query((row, _) -> late(row))
        .list();
  }

  /** Forgets a run that has ended or was lost with Temporal's database. */
  public void lost(SubscriptionKey key, String runId) {
    set(key, runId, "run_id = null, run_paused = false, look_after = null");
  }

  /** Notes whether an operator has paused the run's activity. */
  public void paused(SubscriptionKey key, String runId, boolean paused) {
    set(key, runId, paused ? "run_paused = true" : "run_paused = false");
  }

  private void set(SubscriptionKey key, String runId, String columns) {
    jdbc.sql(
            "update standings set "
                + columns
                + " where tenant = :tenant and subscription_id = :id and run_id = :run")
        .param("tenant", key.tenant())
        .param("id", key.id())
        .param("run", runId)
        .update();
  }

  /** Time until the drain of a backlog has something to do; empty: nothing waits. */
  Optional<Duration> untilDue(SubscriptionKey key) {
    return jdbc.sql(
            """
            select extract(epoch from next_look - now()) as seconds from standings
            where tenant = :tenant and subscription_id = :id and next_look is not null
            """)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .query((row, _) -> seconds(row))
        .optional();
  }

  private static Duration seconds(ResultSet row) throws SQLException {
    return Duration.ofMillis((long) (row.getDouble("seconds") * 1000));
  }

  /**
   * A backlog that a run has in hand.
   *
   * @param again whether the run had it in hand before, and no node has started or woken it since:
   *     a node that does so sets {@code look_after}
   * @param untilDue time until its drain has something to do; negative: it is late
   */
  record Taken(boolean again, Duration untilDue) {}

  /** Takes a backlog for a run whose activity is executed; empty: nothing waits. */
  Optional<Taken> take(SubscriptionKey key, String runId) {
    return Optional.ofNullable(transaction.execute(_ -> takeLocked(key, runId)));
  }

  private @Nullable Taken takeLocked(SubscriptionKey key, String runId) {
    Taken taken =
        jdbc.sql(
                """
                select run_id = :run and look_after is null as again,
                  extract(epoch from next_look - now()) as seconds
                from standings
                where tenant = :tenant and subscription_id = :id and next_look is not null
                for update
                """)
            .param("run", runId)
            .param("tenant", key.tenant())
            .param("id", key.id())
            .query((row, _) -> new Taken(row.getBoolean("again"), seconds(row)))
            .optional()
            .orElse(null);
    if (taken != null) {
      jdbc.sql(
              """
              update standings set run_id = :run, run_paused = false, look_after = null
              where tenant = :tenant and subscription_id = :id
              """)
          .param("run", runId)
          .param("tenant", key.tenant())
          .param("id", key.id())
          .update();
    }
    return taken;
  }
}
