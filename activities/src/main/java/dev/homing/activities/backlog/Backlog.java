package dev.homing.activities.backlog;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.AttemptContext;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.PausedSubscriptions;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The deliveries that wait in the backlogs of subscriptions. */
public final class Backlog {
  /** Among which retries come first. */
  private static final int LONGEST_DUE = 2_000;

  /** Released between attempts, so as few as take a tenth of a second. */
  private static final int MOST_RELEASED = 2_000;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final PausedSubscriptions paused;
  private final Standings standings;
  private final Events events;

  public Backlog(JdbcClient jdbc, Standings standings, TransactionTemplate transaction) {
    this.jdbc = jdbc;
    this.standings = standings;
    this.transaction = transaction;
    this.events = new Events(jdbc);
    this.paused = new PausedSubscriptions(jdbc);
  }

  /**
   * A delivery that is due.
   *
   * @param attemptCount attempts so far, in all rounds
   * @param expired whether its schedule has ended by time, so that its next attempt is its last
   * @param contentType of the event; null: the event is gone
   * @param orderingKey of the event; null: it has none
   * @param hops deliveries by Homing through which the event came here
   */
  record Due(
      Delivery.Key key,
      int round,
      int attemptCount,
      boolean expired,
      @Nullable String contentType,
      @Nullable String orderingKey,
      int hops) {}

  /**
   * Moves a delivery from the run that has it in hand to the backlog, due now.
   *
   * <p>Call it in a transaction.
   *
   * @return false if the run no longer has it in hand
   */
  public boolean add(Delivery delivery, Receiver receiver) {
    Delivery.Key key = delivery.key();
    standings.expect(List.of(key.subscription()), List.of(Duration.ZERO));
    return jdbc.sql(
                """
                update deliveries
                set backlogged = true, retry_until = now() + :retryFor * interval '1 millisecond',
                  run_id = null, run_notice = false, look_after = null, next_attempt_at = now()
                where tenant = :tenant and id = :id and run_id = :run and state = 'retrying'
                """)
            .param("retryFor", timeLeft(delivery, receiver).toMillis())
            .param("tenant", key.tenant().name())
            .param("id", key.id().uuid())
            .param("run", delivery.runId())
            .update()
        == 1;
  }

  private Duration timeLeft(Delivery delivery, Receiver receiver) {
    Delivery.Key key = delivery.key();
    String orderingKey =
        receiver.order() == null ? null : events.orderingKey(key.tenant(), key.eventId());
    return AttemptContext.drained(key, delivery.round(), receiver)
        .withKey(orderingKey)
        .timeLeft(delivery.roundAttempts());
  }

  /**
   * The deliveries of a subscription that are due, the longest due first.
   *
   * <p>The time for which the receiver was held is no part of their schedules.
   *
   * @param ordered whether those with an ordering key keep their turn for a limited time, however
   *     they spend it
   */
  List<Due> due(SubscriptionKey key, boolean ordered, int limit) {
    return due(key, ordered, limit, "next_attempt_at", limit);
  }

  /**
   * Some of them, retries before first attempts: otherwise a receiver that fails the first attempt
   * of each delivery would fail every probe.
   */
  List<Due> dueRetriesFirst(SubscriptionKey key, boolean ordered, int limit) {
    return due(key, ordered, LONGEST_DUE, "attempt_count = 0, next_attempt_at", limit);
  }

  /** Some of them, by the end of their schedules. */
  List<Due> dueByEndOfSchedule(SubscriptionKey key, boolean ordered, int limit) {
    return due(key, ordered, LONGEST_DUE, "retry_until, next_attempt_at", limit);
  }

  private List<Due> due(
      SubscriptionKey key, boolean ordered, int longestDue, String order, int limit) {
    return jdbc.sql(
            """
            select d.*, e.content_type, e.ordering_key, e.hops,
              coalesce(d.retry_until
                + case when :ordered and e.ordering_key is not null then '0'
                  else coalesce((
                    select s.held_for from standings s
                    where s.tenant = :tenant and s.subscription_id = :id), '0') end
                <= now(), false) as expired
            from (
              select * from (
                select tenant, id, event_id, event_type, subscription_id, round, attempt_count,
                  next_attempt_at, retry_until
                from deliveries
                where tenant = :tenant and subscription_id = :id
                  and state in ('retrying', 'held') and backlogged and next_attempt_at <= now()
                order by next_attempt_at
                limit :longestDue) longest_due
              order by %1$s
              limit :limit) d
            left join events e on e.tenant = d.tenant and e.id = d.event_id
            order by %1$s
            """
                .formatted(order))
        .param("tenant", key.tenant())
        .param("id", key.id())
        .param("longestDue", longestDue)
        .param("limit", limit)
        .param("ordered", ordered)
        .query(
            (row, _) ->
                new Due(
                    new Delivery.Key(
                        new Tenant(row.getString("tenant")),
                        new EventId(row.getObject("event_id", UUID.class)),
                        row.getString("event_type"),
                        new SubscriptionId(row.getObject("subscription_id", UUID.class))),
                    row.getInt("round"),
                    row.getInt("attempt_count"),
                    row.getBoolean("expired"),
                    row.getString("content_type"),
                    row.getString("ordering_key"),
                    row.getInt("hops")))
        .list();
  }

  /** Makes the delivery due that would be sent next. */
  void makeEarliestDue(SubscriptionKey key) {
    jdbc.sql(
            """
            update deliveries d set next_attempt_at = now()
            from (
              select tenant, id from deliveries
              where tenant = :tenant and subscription_id = :id
                and state in ('retrying', 'held') and backlogged and next_attempt_at is not null
              order by next_attempt_at
              limit 1) earliest
            where d.tenant = earliest.tenant and d.id = earliest.id
              and d.backlogged and d.next_attempt_at > now()
            """)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .update();
  }

  /**
   * Holds what waits until the subscription is enabled, if it is still paused.
   *
   * @return whether more may be left
   */
  boolean holdIfPaused(SubscriptionKey key) {
    return requireNonNull(
        transaction.execute(
            _ ->
                paused.lock(new Tenant(key.tenant()), new SubscriptionId(key.id()))
                    && hold(key, Reason.PAUSED, null)));
  }

  /**
   * Parks what is due: its subscription cannot be read.
   *
   * @return whether more may be left
   */
  boolean park(SubscriptionKey key, Duration recheck) {
    return hold(key, Reason.UNREADABLE, recheck);
  }

  private boolean hold(SubscriptionKey key, Reason reason, @Nullable Duration recheck) {
    return jdbc.sql(
                """
                with waiting as (
                  select tenant, id from deliveries
                  where tenant = :tenant and subscription_id = :id
                    and state in ('retrying', 'held') and backlogged
                    and reason is distinct from 'in_order'
                    and (next_attempt_at <= now()
                      or (:reason = 'paused' and next_attempt_at is not null))
                  limit :most
                  for update)
                update deliveries d
                set state = 'held', reason = :reason,
                  next_attempt_at = now() + cast(:recheck as bigint) * interval '1 millisecond'
                from waiting
                where d.tenant = waiting.tenant and d.id = waiting.id
                """)
            .param("reason", reason.word())
            .param("recheck", recheck == null ? null : recheck.toMillis())
            .param("tenant", key.tenant())
            .param("id", key.id())
            .param("most", WaitingDeliveries.MOST_CHANGED)
            .update()
        == WaitingDeliveries.MOST_CHANGED;
  }

  /**
   * Makes some deliveries due that are still held from when their subscription was paused: enabling
   * it releases a limited number.
   *
   * @return how many; zero: none is held
   */
  int release(SubscriptionKey key) {
    return jdbc.sql(
            """
            with held as (
              select tenant, id from deliveries
              where tenant = :tenant and subscription_id = :id and reason = 'paused'
              limit :most
              for update)
            update deliveries d
            set state = 'retrying', reason = null, next_attempt_at = now(), look_after = null,
              backlogged = true, run_notice = false, run_id = null
            from held
            where d.tenant = held.tenant and d.id = held.id and d.reason = 'paused'
            """)
        .param("tenant", key.tenant())
        .param("id", key.id())
        .param("most", MOST_RELEASED)
        .update();
  }

  /** Cancels some of what waits, and returns how many; zero: nothing waits. */
  int cancel(SubscriptionKey key, int limit) {
    return jdbc.sql(
            """
            with waiting as (
              select tenant, id from deliveries
              where tenant = :tenant and subscription_id = :id
                and state in ('retrying', 'held') and backlogged
              order by id
              limit :limit
              for update)
            update deliveries d
            set state = 'cancelled', reason = :reason, next_attempt_at = null
            from waiting
            where d.tenant = waiting.tenant and d.id = waiting.id
            """)
        .param("reason", Reason.CANCELLED.word())
        .param("tenant", key.tenant())
        .param("id", key.id())
        .param("limit", limit)
        .update();
  }

  /** Fails a delivery whose payload has expired. */
  void expire(Delivery.Key key) {
    jdbc.sql(
            """
            update deliveries set state = 'failed', reason = :reason, next_attempt_at = null
            where tenant = :tenant and id = :id and state in ('retrying', 'held') and backlogged
            """)
        .param("reason", Reason.PAYLOAD_EXPIRED.word())
        .param("tenant", key.tenant().name())
        .param("id", key.id().uuid())
        .update();
  }

  /** Leaves a delivery that meets an internal fault to a workflow of its own. */
  void leaveToWorkflow(Delivery.Key key) {
    jdbc.sql(
            """
            update deliveries set backlogged = false, retry_until = null, next_attempt_at = now()
            where tenant = :tenant and id = :id and state in ('retrying', 'held') and backlogged
            """)
        .param("tenant", key.tenant().name())
        .param("id", key.id().uuid())
        .update();
  }
}
