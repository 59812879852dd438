package dev.homing.activities.statistics;

import dev.homing.workflows.SubscriptionId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The counts of all nodes, by hour. */
public final class AttemptCounts {
  /** Stands for all subscriptions of a tenant. */
  static final UUID ALL_SUBSCRIPTIONS = new UUID(0, 0);

  /** Stands for all event types. */
  static final String ALL_TYPES = "";

  /** Rows per statement, so that each one is short. */
  private static final int BATCH_SIZE = 1_000;

  private final JdbcClient jdbc;
  private final StatisticsSettings settings;

  public AttemptCounts(JdbcClient jdbc, StatisticsSettings settings) {
    this.jdbc = jdbc;
    this.settings = settings;
  }

  /**
   * Adds counts in one statement.
   *
   * <p>Rows are locked in the order of their key, so nodes that add at the same time do not
   * deadlock.
   */
  void add(List<Map.Entry<CountKey, Counts>> all) {
    jdbc.sql(
            """
            insert into attempt_counts as c (tenant, subscription_id, event_type, hour, outcome,
              attempts, failed, cancelled, took, age)
            select tenant, subscription_id, event_type, to_timestamp(hour * 3600), outcome,
              attempts, failed, cancelled, took::bigint[], age::bigint[]
            from unnest(:tenants::text[], :subscriptions::uuid[], :types::text[], :hours::bigint[],
              :outcomes::text[], :attempts::bigint[], :failed::bigint[], :cancelled::bigint[],
              :tooks::text[], :ages::text[])
              as added (tenant, subscription_id, event_type, hour, outcome, attempts, failed,
                cancelled, took, age)
            order by tenant, subscription_id, event_type, hour, outcome
            on conflict (tenant, subscription_id, event_type, hour, outcome) do update
            set attempts = c.attempts + excluded.attempts,
              failed = c.failed + excluded.failed,
              cancelled = c.cancelled + excluded.cancelled,
              took = (
                select coalesce(array_agg(coalesce(a, 0) + coalesce(b, 0) order by i), '{}')
                from unnest(c.took, excluded.took) with ordinality as bucket (a, b, i)),
              age = (
                select coalesce(array_agg(coalesce(a, 0) + coalesce(b, 0) order by i), '{}')
                from unnest(c.age, excluded.age) with ordinality as bucket (a, b, i))
            """)
        .param("tenants", column(all, String[]::new, e -> e.getKey().tenant().name()))
        .param("subscriptions", column(all, UUID[]::new, e -> id(e.getKey().subscription())))
        .param("types", column(all, String[]::new, e -> type(e.getKey().eventType())))
        .param("hours", column(all, Long[]::new, e -> e.getKey().hour()))
        .param("outcomes", column(all, String[]::new, e -> e.getKey().outcome()))
        .param("attempts", column(all, Long[]::new, e -> e.getValue().attempts()))
        .param("failed", column(all, Long[]::new, e -> e.getValue().failed()))
        .param("cancelled", column(all, Long[]::new, e -> e.getValue().cancelled()))
        .param("tooks", column(all, String[]::new, e -> e.getValue().took().array()))
        .param("ages", column(all, String[]::new, e -> e.getValue().age().array()))
        .update();
  }

  /** As the table stores it. */
  static UUID id(@Nullable SubscriptionId subscription) {
    return subscription == null ? ALL_SUBSCRIPTIONS : subscription.uuid();
  }

  /** As the table stores it. */
  static String type(@Nullable String eventType) {
    return eventType == null ? ALL_TYPES : eventType;
  }

  private static <T> T[] column(
      List<Map.Entry<CountKey, Counts>> all,
      IntFunction<T[]> array,
      Function<Map.Entry<CountKey, Counts>, T> part) {
    return all.stream().map(part).toArray(array);
  }

  /** Deletes the counts of hours that are too long ago, in batches that commit one by one. */
  public void deleteExpired() {
    int deleted = BATCH_SIZE;
    while (deleted == BATCH_SIZE) {
      deleted = deleteBatch();
    }
  }

  private int deleteBatch() {
    return jdbc.sql(
            """
            with expired as (
              select tenant, subscription_id, event_type, hour, outcome from attempt_counts
              where hour < now() - :retention * interval '1 millisecond'
              order by hour
              limit :most
              for update skip locked)
            delete from attempt_counts
            where (tenant, subscription_id, event_type, hour, outcome) in (select * from expired)
            """)
        .param("retention", settings.retention().toMillis())
        .param("most", BATCH_SIZE)
        .update();
  }
}
