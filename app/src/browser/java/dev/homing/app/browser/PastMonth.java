package dev.homing.app.browser;

import dev.homing.workflows.SubscriptionId;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Counts of the hours before this one, as if a sample tenant had worked for a month. */
final class PastMonth {
  private PastMonth() {}

  /** More attempts at one time of the day than at another; {@code failing} refused some before. */
  static void add(JdbcClient jdbc, String tenant, String healthy, String failing) {
    jdbc.sql(
            """
            insert into attempt_counts (tenant, subscription_id, event_type, hour, outcome,
              attempts, failed, cancelled, took, age)
            select :tenant, subscription, '', hour, outcome, sum(attempts), 0, 0,
              array[0, 0, 0, sum(attempts) / 4, sum(attempts) / 2, sum(attempts) / 4],
              array[0, 0, 0, 0, sum(attempts) / 2, sum(attempts) / 2]
            from (
              select hour, each.id, outcome, attempts
              from generate_series(1, 29 * 24) as ago
              cross join lateral (
                select date_trunc('hour', now()) - ago * interval '1 hour' as hour,
                  110 + (80 * sin(radians(15 * (30 - ago)))
                    + 17 * sin(ago * ago))::int as attempts) as busy
              cross join lateral (values
                (:healthy::uuid, 'delivered'),
                (:failing::uuid, case when ago in (9, 10) then 'refused' else 'delivered' end))
                as each (id, outcome)) as hours
            cross join lateral unnest(
              array[hours.id, '00000000-0000-0000-0000-000000000000'::uuid]) as subscription
            group by subscription, hour, outcome
            """)
        .param("tenant", tenant)
        .param("healthy", SubscriptionId.read(healthy).orElseThrow().uuid())
        .param("failing", SubscriptionId.read(failing).orElseThrow().uuid())
        .update();
  }
}
