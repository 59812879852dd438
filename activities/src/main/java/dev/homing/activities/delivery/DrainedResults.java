package dev.homing.activities.delivery;

import dev.homing.activities.delivery.Delivery.Reason;
import dev.homing.activities.delivery.Delivery.State;
import dev.homing.activities.outbound.Attempt;
import dev.homing.activities.outbound.ResponseHeaders;
import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.PrefixedId;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Records attempts of many deliveries of backlogs in a few statements. */
public final class DrainedResults {
  private final Deliveries deliveries;
  private final JdbcClient jdbc;

  public DrainedResults(Deliveries deliveries, JdbcClient jdbc) {
    this.deliveries = deliveries;
    this.jdbc = jdbc;
  }

  /** An attempt; {@code disabled}: why its answer disabled the subscription; null: it did not. */
  record Result(AttemptContext context, Attempt attempt, @Nullable Reason disabled) {
    DeliveryId id() {
      return context.key().id();
    }
  }

  /** A locked row; {@code expired}: its schedule has ended by time, so this attempt is its last. */
  private record Locked(Delivery delivery, boolean expired) {}

  /** A delivery as its attempt leaves it. */
  private record Judged(Result result, Delivery before, Verdict verdict) {
    Delivery after() {
      return verdict.delivery();
    }
  }

  private record Times(@Nullable Instant nextAttemptAt, Instant updatedAt) {}

  /**
   * Records each attempt and its delivery's new state; results come in the same order.
   *
   * <p>Call it in a transaction.
   */
  List<Delivery> record(List<Result> all, DoubleSupplier random) {
    Map<DeliveryId, Locked> before = lock(all);
    List<Judged> judged = new ArrayList<>();
    for (Result result : all) {
      Locked locked = before.get(result.id());
      if (locked == null) {
        throw new IllegalStateException(result.id() + " has no row");
      }
      judged.add(new Judged(result, locked.delivery(), verdict(result, locked, random)));
    }
    Map<DeliveryId, Times> times = update(judged);
    addAttempts(judged);
    return judged.stream().map(each -> row(each.after(), times)).toList();
  }

  private Map<DeliveryId, Locked> lock(List<Result> all) {
    return jdbc
        .sql(
            "select "
                + DeliveryRows.COLUMNS
                + """
                , coalesce(retry_until + coalesce((
                    select s.held_for from standings s
                    where s.tenant = deliveries.tenant
                      and s.subscription_id = deliveries.subscription_id), '0') <= now(), false)
                  as expired
                from deliveries
                where (tenant, id) in (
                  select tenant, id from unnest(:tenants::text[], :ids::uuid[]) as of_group (tenant, id))
                  and id between :low and :high
                order by id
                for update
                """)
        .param("tenants", column(all, String[]::new, r -> r.context().key().tenant().name()))
        .param("ids", column(all, UUID[]::new, r -> r.id().uuid()))
        .params(bounds(all.stream().map(Result::id)))
        .query((row, _) -> new Locked(DeliveryRows.delivery(row), row.getBoolean("expired")))
        .list()
        .stream()
        .collect(Collectors.toMap(each -> each.delivery().key().id(), Function.identity()));
  }

  private Verdict verdict(Result result, Locked locked, DoubleSupplier random) {
    Delivery before = locked.delivery();
    boolean counts =
        before.backlogged()
            && result.context().round() == before.round()
            && before.runId() == null
            && !before.state().isOver();
    Verdict verdict =
        Verdict.of(
            before,
            result.context(),
            result.attempt(),
            counts,
            result.disabled(),
            () -> deliveries.untilDue(before),
            random);
    return counts && locked.expired() && verdict.delivery().state() == State.RETRYING
        ? verdict.over(result.context())
        : verdict;
  }

  private Map<DeliveryId, Times> update(List<Judged> all) {
    return jdbc
        .sql(
            """
            update deliveries d
            set state = j.state, reason = j.reason, round_attempts = j.round_attempts,
              attempt_count = j.attempt_count,
              next_attempt_at = now() + j.wait * interval '1 millisecond',
              retry_until = case when d.retry_until is not null then
                greatest(d.retry_until, now() + j.retry_for * interval '1 millisecond') end,
              look_after = null, own_faults = 0,
              run_notice = d.run_notice and j.wait is null
            from unnest(:tenants::text[], :ids::uuid[], :states::text[], :reasons::text[],
              :roundAttempts::integer[], :counts::integer[], :waits::bigint[], :retries::bigint[])
              as j (tenant, id, state, reason, round_attempts, attempt_count, wait, retry_for)
            where d.tenant = j.tenant and d.id = j.id and d.id between :low and :high
            returning d.id, d.next_attempt_at, d.updated_at
            """)
        .param("tenants", column(all, String[]::new, j -> j.before().key().tenant().name()))
        .param("ids", column(all, UUID[]::new, j -> j.before().key().id().uuid()))
        .params(bounds(all.stream().map(each -> each.result().id())))
        .param("states", column(all, String[]::new, j -> j.after().state().word()))
        .param("reasons", column(all, String[]::new, j -> Reason.wordOf(j.after().reason())))
        .param("roundAttempts", column(all, Integer[]::new, j -> j.after().roundAttempts()))
        .param("counts", column(all, Integer[]::new, j -> j.after().attemptCount()))
        .param("waits", column(all, Long[]::new, j -> millis(j.verdict().dueIn())))
        .param("retries", column(all, Long[]::new, j -> millis(j.verdict().retryFor())))
        .query(
            (row, _) -> {
              OffsetDateTime next = row.getObject("next_attempt_at", OffsetDateTime.class);
              return Map.entry(
                  new DeliveryId(row.getObject("id", UUID.class)),
                  new Times(
                      next == null ? null : next.toInstant(),
                      row.getObject("updated_at", OffsetDateTime.class).toInstant()));
            })
        .list()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** So that only the partitions of these are read, and little of them. */
  private static Map<String, UUID> bounds(Stream<DeliveryId> ids) {
    List<UUID> sorted = ids.map(DeliveryId::uuid).sorted(PrefixedId.ORDER).toList();
    return Map.of("low", sorted.getFirst(), "high", sorted.getLast());
  }

  private void addAttempts(List<Judged> all) {
    jdbc.sql(
            """
            insert into attempts (tenant, delivery_id, number, round, outcome, status_code,
              started_at, took_millis, error, response_body, response_headers, url, address)
            select tenant, id, number, round, outcome, status_code, started_at::timestamptz,
              took_millis, error, response_body, response_headers::jsonb, url, address::inet
            from unnest(:tenants::text[], :ids::uuid[], :numbers::integer[], :rounds::integer[],
              :outcomes::text[], :statuses::integer[], :startedAts::text[], :tooks::bigint[],
              :errors::text[], :bodies::bytea[], :headers::text[], :urls::text[], :addresses::text[])
              as a (tenant, id, number, round, outcome, status_code, started_at, took_millis, error,
                response_body, response_headers, url, address)
            """)
        .param("tenants", column(all, String[]::new, j -> j.before().key().tenant().name()))
        .param("ids", column(all, UUID[]::new, j -> j.before().key().id().uuid()))
        .param("numbers", column(all, Integer[]::new, j -> j.before().attemptCount() + 1))
        .param("rounds", column(all, Integer[]::new, j -> j.result().context().round()))
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
        .update();
  }

  private static Delivery row(Delivery after, Map<DeliveryId, Times> times) {
    Times written = times.getOrDefault(after.key().id(), new Times(null, after.updatedAt()));
    return new Delivery(
        after.key(),
        after.state(),
        after.reason(),
        after.round(),
        after.roundAttempts(),
        after.attemptCount(),
        written.nextAttemptAt(),
        after.runId(),
        after.backlogged(),
        after.endedRunId(),
        after.turnSince(),
        written.updatedAt());
  }

  private static @Nullable Long millis(@Nullable Duration duration) {
    return duration == null ? null : duration.toMillis();
  }

  private static <T, C> @Nullable C[] column(
      List<T> all, IntFunction<C[]> array, Function<T, @Nullable C> part) {
    return all.stream().map(part).toArray(array);
  }

  private static <C> @Nullable C[] attempts(
      List<Judged> all, IntFunction<C[]> array, Function<Attempt, @Nullable C> part) {
    return column(all, array, each -> part.apply(each.result().attempt()));
  }
}
