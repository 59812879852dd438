package dev.homing.activities.standing;

import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The standings in PostgreSQL. */
public final class Standings {
  private final JdbcClient jdbc;

  public Standings(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * A standing and when it changed last.
   *
   * @param standing null: the receiver is in good standing again
   */
  record Change(SubscriptionKey key, @Nullable Standing standing, Instant at) {}

  /**
   * Has the backlogs of these subscriptions looked at by the time that their deliveries are due, or
   * once the pause of their drain is over.
   *
   * <p>Call it in the transaction that writes the deliveries, before it does: the row that is
   * locked here keeps the drain from closing the backlog until they are there.
   *
   * @param dueIn times from now until each is due, in the same order
   */
  public void expect(List<SubscriptionKey> keys, List<Duration> dueIn) {
    jdbc.sql(
            """
            insert into standings (tenant, subscription_id, state, next_look)
            select tenant, id, 'closed', now() + min(wait) * interval '1 millisecond'
            from unnest(:tenants::text[], :ids::uuid[], :waits::bigint[])
              as expected (tenant, id, wait)
            group by tenant, id
            order by tenant, id
            on conflict (tenant, subscription_id) do update
            set next_look = greatest(excluded.next_look, standings.not_before), changed_at = now(),
              since = case when standings.state = 'closed' and standings.next_look is null
                then now() else standings.since end
            where standings.next_look is null
              or standings.next_look > greatest(excluded.next_look, standings.not_before)
            """)
        .param("tenants", keys.stream().map(SubscriptionKey::tenant).toArray(String[]::new))
        .param("ids", keys.stream().map(SubscriptionKey::id).toArray(UUID[]::new))
        .param("waits", dueIn.stream().map(Duration::toMillis).toArray(Long[]::new))
        .update();
  }

  /** Opens the breaker of a receiver in good standing; returns the standing that it has then. */
  Standing open(SubscriptionKey key, Standing.Reason reason, @Nullable String answer) {
    return exclude(key, Standing.State.OPEN, reason, answer, null, "standings.state = 'closed'");
  }

  /** Holds a receiver, unless it is held for longer; returns the standing that it has then. */
  Standing hold(SubscriptionKey key, String answer, Duration hold) {
    return exclude(
        key,
        Standing.State.HELD,
        Standing.Reason.RETRY_AFTER,
        answer,
        hold,
        "standings.held_until is null or standings.held_until < excluded.held_until");
  }

  /**
   * Leaves a receiver in good standing to its drain, which looks at it now or once its pause is
   * over; returns the standing that it has then. One in trouble stays so, and is over pace when it
   * no longer is.
   */
  Standing overPace(SubscriptionKey key) {
    return jdbc.sql(
            """
            insert into standings (tenant, subscription_id, state, over_pace, next_look)
            values (:tenant, :id, 'closed', true, now())
            on conflict (tenant, subscription_id) do update
            set over_pace = true, changed_at = now(),
              next_look = greatest(least(standings.next_look, now()), standings.not_before),
              since = case when standings.state = 'closed' and standings.next_look is null
                then now() else standings.since end
            returning *
            """)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .query((row, _) -> standing(row))
        .single();
  }

  /**
   * Has the drains that keep a pace look again, as it has changed.
   *
   * @param subscription null: all of the tenant
   */
  public void paceChanged(Tenant tenant, @Nullable SubscriptionId subscription) {
    jdbc.sql(
            """
            update standings set next_look = now(), not_before = null
            where tenant = :tenant and subscription_id = coalesce(:id, subscription_id)
              and over_pace and state = 'closed' and next_look > now()
            """)
        .param("tenant", tenant.name())
        .param("id", subscription == null ? null : subscription.uuid(), Types.OTHER)
        .update();
  }

  private Standing exclude(
      SubscriptionKey key,
      Standing.State state,
      Standing.Reason reason,
      @Nullable String answer,
      @Nullable Duration hold,
      String condition) {
    return jdbc.sql(
            """
            insert into standings (tenant, subscription_id, state, reason, answer, held_until,
              held_for)
            values (:tenant, :id, :state, :reason, :answer,
              now() + cast(:hold as bigint) * interval '1 millisecond',
              coalesce(cast(:hold as bigint), 0) * interval '1 millisecond')
            on conflict (tenant, subscription_id) do update
            set state = excluded.state, reason = excluded.reason, answer = excluded.answer,
              held_until = excluded.held_until, changed_at = now(),
              held_for = standings.held_for + coalesce(
                excluded.held_until - greatest(standings.held_until, now()), '0'),
              since = case when standings.state = 'closed' then now() else standings.since end
            where %s
            returning *
            """
                .formatted(condition))
        .param("tenant", key.tenant())
        .param("id", key.id())
        .param("state", state.word())
        .param("reason", reason.word())
        .param("answer", answer)
        .param("hold", hold == null ? null : hold.toMillis())
        .query((row, _) -> standing(row))
        .optional()
        .or(() -> find(key))
        .orElseThrow();
  }

  /** A receiver's standing; empty if it is in good standing. */
  public Optional<Standing> find(SubscriptionKey key) {
    return jdbc.sql(
            """
            select * from standings
            where tenant = :tenant and subscription_id = :id
              and (state <> 'closed' or next_look is not null)
            """)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .query((row, _) -> standing(row))
        .optional();
  }

  /** Changes the standing for its drain; {@code since} stays until it is out of trouble. */
  void change(SubscriptionKey key, Standing.State state) {
    jdbc.sql(
            """
            update standings
            set state = :state, over_pace = :overPace, held_until = null, changed_at = now(),
              reason = case when :state = 'closed' then null else reason end,
              answer = case when :state = 'closed' then null else answer end,
              since = case when :state = 'closed' and state <> 'closed' then now() else since end
            where tenant = :tenant and subscription_id = :id
            """)
        .param("state", (state.isTrouble() ? state : Standing.State.CLOSED).word())
        .param("overPace", state == Standing.State.OVER_PACE)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .update();
  }

  /** Notes what a receiver in trouble answered. */
  void answered(SubscriptionKey key, String answer) {
    jdbc.sql(
            """
            update standings set answer = :answer, changed_at = now()
            where tenant = :tenant and subscription_id = :id and state <> 'closed'
            """)
        .param("answer", answer)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .update();
  }

  /** Changes after a moment, by PostgreSQL's clock. */
  List<Change> changedSince(Instant moment) {
    return jdbc.sql("select * from standings where changed_at > :moment")
        .param("moment", moment.atOffset(ZoneOffset.UTC))
        .query(
            (row, _) -> {
              boolean good =
                  row.getString("state").equals(Standing.State.CLOSED.word())
                      && row.getObject("next_look") == null;
              return new Change(
                  key(row),
                  good ? null : standing(row),
                  row.getObject("changed_at", OffsetDateTime.class).toInstant());
            })
        .list();
  }

  /** Deletes what nodes have long seen: good standing is having no row. */
  public int deleteClosed() {
    return jdbc.sql(
            """
            delete from standings
            where (tenant, subscription_id) in (
              select tenant, subscription_id from standings
              where state = 'closed' and next_look is null
                and changed_at < now() - interval '1 minute'
              for update skip locked)
            """)
        .update();
  }

  /** The key in a row with the columns {@code tenant} and {@code subscription_id}. */
  public static SubscriptionKey key(ResultSet row) throws SQLException {
    return new SubscriptionKey(
        row.getString("tenant"), row.getObject("subscription_id", UUID.class));
  }

  static Standing standing(ResultSet row) throws SQLException {
    OffsetDateTime heldUntil = row.getObject("held_until", OffsetDateTime.class);
    String reason = row.getString("reason");
    Standing.State state = Standing.State.of(row.getString("state"));
    // Earlier versions close a backlog without a word on its pace: then nothing waits.
    boolean overPace = row.getBoolean("over_pace") && row.getObject("next_look") != null;
    return new Standing(
        overPace && !state.isTrouble() ? Standing.State.OVER_PACE : state,
        reason == null ? null : Standing.Reason.of(reason),
        row.getObject("since", OffsetDateTime.class).toInstant(),
        row.getString("answer"),
        heldUntil == null ? null : heldUntil.toInstant());
  }
}
