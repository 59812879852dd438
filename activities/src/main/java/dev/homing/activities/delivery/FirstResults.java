package dev.homing.activities.delivery;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.event.OpenEvents;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.ResponseHeaders;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.workflows.DeliveryId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Adds the first rows of many deliveries and their first attempts in one statement. */
public final class FirstResults {
  private final OpenEvents open;
  private final Standings standings;
  private final JdbcClient jdbc;

  public FirstResults(OpenEvents open, Standings standings, JdbcClient jdbc) {
    this.open = open;
    this.standings = standings;
    this.jdbc = jdbc;
  }

  /**
   * The first row of a delivery.
   *
   * @param delivery the delivery as its first attempt leaves it
   * @param dueIn time from now until the next attempt or check; null: none by itself
   * @param attempt the first attempt; null: none was made
   * @param retryFor how long its schedule goes on, if it waits in the backlog; else null
   */
  record Result(
      Delivery delivery,
      @Nullable Duration dueIn,
      @Nullable Attempt attempt,
      @Nullable Duration retryFor) {
    private SubscriptionKey subscription() {
      return delivery.key().subscription();
    }
  }

  /** A delivery's new row; {@code closed}: every recipient of its event has one now. */
  private record Added(
      DeliveryId id, Instant updatedAt, @Nullable Instant nextAttemptAt, boolean closed) {}

  /**
   * Adds each delivery with its attempt, if one was made, and counts its event down.
   *
   * <p>Call it in a transaction. Results come in the same order; a delivery that had a row already
   * gets an empty one, and nothing of it is written.
   */
  List<Optional<Delivery>> add(List<Result> all) {
    Map<DeliveryId, Added> added =
        insert(all).stream().collect(Collectors.toMap(Added::id, Function.identity()));
    countDown(
        all.stream()
            .map(result -> result.delivery().key())
            .filter(key -> added.containsKey(key.id()) && !added.get(key.id()).closed())
            .toList());
    expectBacklogged(all);
    return all.stream()
        .map(Result::delivery)
        .map(
            delivery ->
                Optional.ofNullable(added.get(delivery.key().id())).map(row -> row(row, delivery)))
        .toList();
  }

  /** Runs last: it locks standings until the commit, and claims leave out locked ones. */
  private void expectBacklogged(List<Result> all) {
    List<Result> backlogged = all.stream().filter(result -> result.retryFor() != null).toList();
    if (!backlogged.isEmpty()) {
      standings.expect(
          backlogged.stream().map(Result::subscription).toList(),
          backlogged.stream().map(result -> requireNonNull(result.dueIn())).toList());
    }
  }

  private static Delivery row(Added row, Delivery delivery) {
    return new Delivery(
        delivery.key(),
        delivery.state(),
        delivery.reason(),
        delivery.round(),
        delivery.roundAttempts(),
        delivery.attemptCount(),
        row.nextAttemptAt(),
        null,
        delivery.backlogged(),
        null,
        null,
        row.updatedAt());
  }

  /** Also closes the events whose last missing recipients are all among these. */
  private List<Added> insert(List<Result> all) {
    return jdbc.sql(
            """
            with first as (
              select * from unnest(:tenants::text[], :ids::uuid[], :events::uuid[], :types::text[],
                :subscriptions::uuid[], :states::text[], :reasons::text[], :counts::integer[],
                :waits::bigint[], :retries::bigint[],
                :outcomes::text[], :statuses::integer[], :startedAts::text[],
                :tooks::bigint[], :errors::text[], :bodies::bytea[], :headers::text[],
                :urls::text[], :addresses::text[])
              as all_of (tenant, id, event_id, event_type, subscription_id, state, reason, count, wait,
                retry_for, outcome, status_code, started_at, took_millis, error, response_body,
                response_headers, url, address)),
            added as (
              insert into deliveries (tenant, id, event_id, event_type, subscription_id, state,
                reason, round_attempts, attempt_count, next_attempt_at, backlogged, retry_until,
                round_opened_by)
              select f.tenant, f.id, f.event_id, f.event_type, f.subscription_id, f.state,
                f.reason, f.count, f.count, now() + f.wait * interval '1 millisecond',
                f.retry_for is not null, now() + f.retry_for * interval '1 millisecond',
                o.rounds_opened_by
              from first f
              left join open_events o on o.tenant = f.tenant and o.event_id = f.event_id
              on conflict do nothing
              returning tenant, id, event_id, updated_at, next_attempt_at),
            attempted as (
              insert into attempts (tenant, delivery_id, number, round, outcome, status_code,
                started_at, took_millis, error, response_body, response_headers, url, address)
              select f.tenant, f.id, 1, 1, f.outcome, f.status_code, f.started_at::timestamptz, f.took_millis,
                f.error, f.response_body, f.response_headers::jsonb, f.url, f.address::inet
              from first f
              join added a on a.tenant = f.tenant and a.id = f.id
              where f.outcome is not null),
            closed as (
              delete from open_events o
              using (select tenant, event_id, count(*) as rows from added group by 1, 2) w
              where o.tenant = w.tenant and o.event_id = w.event_id and o.missing <= w.rows
              returning o.tenant, o.event_id)
            select a.id, a.updated_at, a.next_attempt_at, c.event_id is not null as closed
            from added a
            left join closed c on c.tenant = a.tenant and c.event_id = a.event_id
            """)
        .param("tenants", column(all, String[]::new, r -> r.delivery().key().tenant().name()))
        .param("ids", column(all, UUID[]::new, r -> r.delivery().key().id().uuid()))
        .param("events", column(all, UUID[]::new, r -> r.delivery().key().eventId().uuid()))
        .param("types", column(all, String[]::new, r -> r.delivery().key().eventType()))
        .param(
            "subscriptions",
            column(all, UUID[]::new, r -> r.delivery().key().subscriptionId().uuid()))
        .param("states", column(all, String[]::new, r -> r.delivery().state().word()))
        .param("reasons", column(all, String[]::new, r -> Reason.wordOf(r.delivery().reason())))
        .param(
            "waits", column(all, Long[]::new, r -> r.dueIn() == null ? null : r.dueIn().toMillis()))
        .param(
            "retries",
            column(all, Long[]::new, r -> r.retryFor() == null ? null : r.retryFor().toMillis()))
        .param("counts", column(all, Integer[]::new, r -> r.delivery().attemptCount()))
        .param("outcomes", attempts(all, String[]::new, a -> a.outcome().word()))
        .param("statuses", attempts(all, Integer[]::new, a -> a.outcome().status()))
        .param("startedAts", attempts(all, String[]::new, a -> a.startedAt().toString()))
        .param("tooks", attempts(all, Long[]::new, a -> a.took().toMillis()))
        .param("errors", attempts(all, String[]::new, a -> a.outcome().detail()))
        .param("bodies", attempts(all, byte[][]::new, Attempt::responseBody))
        .param(
            "headers", attempts(all, String[]::new, a -> ResponseHeaders.json(a.responseHeaders())))
        .param("urls", attempts(all, String[]::new, Attempt::url))
        .param("addresses", attempts(all, String[]::new, Attempt::address))
        .query((row, _) -> added(row))
        .list();
  }

  private static <T> @Nullable T[] column(
      List<Result> all, IntFunction<T[]> array, Function<Result, @Nullable T> part) {
    return all.stream().map(part).toArray(array);
  }

  /** Null where no attempt was made. */
  private static <T> @Nullable T[] attempts(
      List<Result> all, IntFunction<T[]> array, Function<Attempt, @Nullable T> part) {
    return column(all, array, r -> r.attempt() == null ? null : part.apply(r.attempt()));
  }

  private static Added added(ResultSet row) throws SQLException {
    OffsetDateTime next = row.getObject("next_attempt_at", OffsetDateTime.class);
    return new Added(
        new DeliveryId(row.getObject("id", UUID.class)),
        row.getObject("updated_at", OffsetDateTime.class).toInstant(),
        next == null ? null : next.toInstant(),
        row.getBoolean("closed"));
  }

  /**
   * Counts down events that {@link #insert} did not close.
   *
   * <p>That statement sees only rows committed before it began. If two commits write an event's
   * last rows at once, the lock taken here decides which of them closes it.
   */
  private void countDown(List<Delivery.Key> stillOpen) {
    if (!stillOpen.isEmpty()) {
      open.countDown(
          stillOpen.stream()
              .map(key -> new OpenEvents.Written(key.tenant(), key.eventId()))
              .toList());
    }
  }
}
