package dev.homing.activities.sequence;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Receiver;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sequences of deliveries: those with the same ordering key to the same ordered subscription.
 *
 * <p>Only the head of a sequence is attempted. The accepting commit appends; a sequence advances
 * once its head is over in the ledger, so no end of a delivery has to tell.
 */
public final class Sequences {
  /** The most sequences that advance in one transaction. */
  private static final int TOGETHER = 500;

  /** Whether the head of sequence {@code s} is over; a head without a row is not. */
  private static final String HEAD_IS_OVER =
      """
      coalesce((
        select d.state from deliveries d
        where d.tenant = s.tenant and d.id = s.head) in ('delivered', 'failed', 'cancelled'), false)
      """;

  private final JdbcClient jdbc;
  private final Standings standings;
  private final TransactionTemplate transaction;
  private final Duration longestBlock;

  /** {@code longestBlock}: no delivery keeps its turn for longer, as its payload expires. */
  public Sequences(
      JdbcClient jdbc,
      Standings standings,
      TransactionTemplate transaction,
      Duration longestBlock) {
    this.jdbc = jdbc;
    this.longestBlock = longestBlock;
    this.standings = standings;
    this.transaction = transaction;
  }

  /**
   * Advances each sequence of a subscription whose head is over.
   *
   * <p>The next delivery that waits becomes its head, due now, in the subscription's backlog.
   *
   * @return whether a delivery got its turn
   */
  public boolean advance(Tenant tenant, Receiver receiver) {
    return advance(tenant, receiver, lockEnded("", TOGETHER));
  }

  /**
   * The same for those sequences whose head is one of these, without a look at the others: there
   * may be many that wait.
   */
  public boolean advance(Tenant tenant, Receiver receiver, Collection<DeliveryId> heads) {
    return !heads.isEmpty()
        && advance(
            tenant,
            receiver,
            lockEnded("and head = any(:heads)", heads.size())
                .param("heads", heads.stream().map(DeliveryId::uuid).toArray(UUID[]::new)));
  }

  private boolean advance(Tenant tenant, Receiver receiver, JdbcClient.StatementSpec lockEnded) {
    return requireNonNull(
        transaction.execute(
            _ -> {
              List<String> keys =
                  lockEnded
                      .param("tenant", tenant.name())
                      .param("subscription", receiver.id().uuid())
                      .query((row, _) -> row.getString(1))
                      .list();
              return !keys.isEmpty() && moveHeads(tenant, receiver, keys);
            }));
  }

  /**
   * Locks the sequences that have to advance.
   *
   * <p>A statement of its own: one that waited for the lock would not see what was appended
   * meanwhile, and leave it waiting for ever.
   */
  private JdbcClient.StatementSpec lockEnded(String condition, int limit) {
    return jdbc.sql(
            """
            select ordering_key from sequences s
            where tenant = :tenant and subscription_id = :subscription and waits %s and %s
            order by ordering_key
            limit :limit
            for update
            """
                .formatted(condition, HEAD_IS_OVER))
        .param("limit", limit);
  }

  private boolean moveHeads(Tenant tenant, Receiver receiver, List<String> keys) {
    standings.expect(List.of(new SubscriptionKey(tenant, receiver.id())), List.of(Duration.ZERO));
    return jdbc.sql(
                """
                with next as (
                  select k.ordering_key, e.number, e.delivery_id
                  from unnest(:keys::text[]) as k (ordering_key)
                  left join lateral (
                    select e.number, e.delivery_id from sequence_entries e
                    where e.tenant = :tenant and e.subscription_id = :subscription
                      and e.ordering_key = k.ordering_key
                      and (select d.state from deliveries d
                        where d.tenant = e.tenant and d.id = e.delivery_id) = 'held'
                    order by e.number
                    limit 1) e on true),
                taken as (
                  delete from sequence_entries e
                  using next n
                  where e.tenant = :tenant and e.subscription_id = :subscription
                    and e.ordering_key = n.ordering_key
                    and (n.number is null or e.number <= n.number)),
                moved as (
                  update sequences s
                  set head = coalesce(n.delivery_id, s.head),
                    waits = exists (
                      select from sequence_entries e
                      where e.tenant = s.tenant and e.subscription_id = s.subscription_id
                        and e.ordering_key = s.ordering_key and e.number > n.number)
                  from next n
                  where s.tenant = :tenant and s.subscription_id = :subscription
                    and s.ordering_key = n.ordering_key)
                update deliveries d
                set state = 'retrying', reason = null, next_attempt_at = now(), turn_since = now(),
                  retry_until = now() + :timeLeft * interval '1 millisecond'
                where d.tenant = :tenant and d.id = any(array(select n.delivery_id from next n))
                  and d.state = 'held' and d.reason = 'in_order'
                """)
            .param("keys", keys.toArray(String[]::new))
            .param("tenant", tenant.name())
            .param("subscription", receiver.id().uuid())
            .param("timeLeft", receiver.timeLeft(receiver.order(), 0).toMillis())
            .update()
        > 0;
  }

  /** The subscriptions of all tenants with a sequence that has to advance. */
  List<SubscriptionKey> ended(int limit) {
    return jdbc.sql(
            """
            select distinct tenant, subscription_id from sequences s
            where waits and %s
            limit :limit
            """
                .formatted(HEAD_IS_OVER))
        .param("limit", limit)
        .query(
            (row, _) ->
                new SubscriptionKey(
                    row.getString("tenant"), row.getObject("subscription_id", UUID.class)))
        .list();
  }

  /** The delivery that has its turn in a sequence; empty if nothing waits in it. */
  public Optional<DeliveryId> head(Tenant tenant, SubscriptionId subscription, String orderingKey) {
    return jdbc.sql(
            """
            select head from sequences
            where tenant = :tenant and subscription_id = :subscription and ordering_key = :key
              and waits
            """)
        .param("tenant", tenant.name())
        .param("subscription", subscription.uuid())
        .param("key", orderingKey)
        .query((row, _) -> new DeliveryId(row.getObject(1, UUID.class)))
        .optional();
  }

  /**
   * Fails parked deliveries that have kept their turn for too long, of all tenants.
   *
   * <p>No attempt ends a parked delivery, so its sequence would wait until the fault is repaired.
   */
  public int skipParked() {
    return jdbc.sql(
            """
            update deliveries d
            set state = 'failed', reason = 'order_skipped', next_attempt_at = null,
              look_after = null, run_notice = d.run_id is not null
            from sequences s
            join subscriptions r on r.tenant = s.tenant and r.id = s.subscription_id
            where s.waits and d.tenant = s.tenant and d.id = s.head
              and d.state = 'held' and d.reason in ('our_fault', 'unreadable')
              and coalesce(d.turn_since, d.created_at) < now() - interval '1 second'
                * least(:longest, coalesce(r.max_block_seconds,
                  case r.on_failure when 'skip' then :skip else :block end))
            """)
        .param("longest", longestBlock.toSeconds())
        .param("skip", Order.OnFailure.SKIP.defaultMaxBlock().toSeconds())
        .param("block", Order.OnFailure.BLOCK.defaultMaxBlock().toSeconds())
        .update();
  }

  /** Counts the sequences that should have advanced a minute ago. */
  public long stalled() {
    return jdbc.sql(
            """
            select count(*) from sequences s
            join deliveries d on d.tenant = s.tenant and d.id = s.head
            where s.waits and d.state in ('delivered', 'failed', 'cancelled')
              and d.updated_at < now() - interval '1 minute'
            """)
        .query(Long.class)
        .single();
  }

  /** Deletes the sequences in which nothing waits and nothing is under way. */
  public int deleteUnused() {
    return jdbc.sql(
            """
            delete from sequences
            where (tenant, subscription_id, ordering_key) in (
              select tenant, subscription_id, ordering_key from sequences s
              where not waits and %s
              for update skip locked)
            """
                .formatted(HEAD_IS_OVER))
        .update();
  }
}
