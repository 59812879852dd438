package dev.homing.app.bench;

import dev.homing.app.development.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A tenant with many rows: 1,000,000 events with a delivery each and 100,000 subscriptions, over 30
 * days of partitions, with statistics, an audit log, and receivers in trouble.
 *
 * <p>Half of the deliveries are of one subscription. One in 99 was not delivered; those that wait
 * do so for a year in backlogs that are not due, so a node neither sends nor repairs them.
 *
 * @param busiest the id of the subscription with half of all deliveries
 * @param from the time of the oldest event
 */
record ManyRows(String busiest, Instant from) {
  private static final Duration ALL = Duration.ofDays(29);
  private static final int EVENTS = 1_000_000;
  private static final List<String> TABLES =
      List.of(
          "tenants",
          "subscriptions",
          "subscription_event_types",
          "events",
          "payloads",
          "deliveries",
          "attempts",
          "attempt_counts",
          "standings",
          "failing_subscriptions",
          "audit_log");

  /** START: milliseconds; STEP: from one event to the next; ONE: the subscription with half. */
  private static final String STATEMENTS =
      """
      -- In the order of their numbers, from the oldest to now.
      create function seed_id(number bigint, kind int) returns uuid immutable parallel safe
        return (lpad(to_hex(START + number * STEP), 12, '0') || '7000' || '800' || kind
          || lpad(to_hex(number), 12, '0'))::uuid;
      create function seed_subscription(number bigint) returns uuid immutable parallel safe
        return case when number % 2 = 0 then 'ONE'::uuid else seed_id(number / 10 * 10, 1) end;
      do $$
      begin
        for ago in 1..29 loop
          declare
            day timestamptz := date_trunc('day', now(), 'UTC') - ago * interval '1 day';
            parent text;
          begin
            foreach parent in array
              array['payloads', 'event_workflows', 'events', 'attempts', 'deliveries']
            loop
              execute format(
                'create table %I partition of %I for values from (%L) to (%L)',
                parent || to_char(day at time zone 'UTC', '"_"YYYYMMDD'), parent,
                lpad(to_hex((extract(epoch from day) * 1000)::bigint), 12, '0')
                  || repeat('0', 20),
                lpad(to_hex((extract(epoch from day) * 1000)::bigint + 86400000), 12, '0')
                  || repeat('0', 20));
            end loop;
          end;
        end loop;
      end $$;
      insert into tenants (tenant) select 'tenant-' || n from generate_series(0, 299) n;
      insert into subscriptions (tenant, id, url, description, enabled, disabled_reason, metadata,
          sealed_secret, version, created_at, updated_at)
        select 'default', seed_id(n * 10, 1), 'https://receiver.test/' || n, 'receiver ' || n,
          n % 100 > 0 and n not between 50000 and 69999,
          case when n between 50000 and 69999 then 'failing' end, '{}',
          (select sealed_secret from subscriptions where id = 'ONE'), 1, now(), now()
        from generate_series(0, 99999) n;
      insert into subscription_event_types
        select 'default', 'type-' || n % 20, seed_id(n * 10, 1) from generate_series(0, 99999) n;
      insert into events (tenant, id, type, content_type, recipients, accepted_at)
        select 'default', seed_id(n, 2), 'type-' || n % 20, 'text/plain',
          array[seed_subscription(n)], uuid_extract_timestamp(seed_id(n, 2))
        from generate_series(0, 999999) n;
      insert into deliveries (tenant, id, event_id, event_type, subscription_id, state, reason,
          attempt_count, round_attempts, next_attempt_at, backlogged, created_at, updated_at)
        select 'default', seed_id(n, 3), seed_id(n, 2), 'type-' || n % 20, seed_subscription(n),
          s, case s when 'held' then 'paused' when 'failed' then 'schedule_over'
            when 'cancelled' then 'gone' end,
          1, 1, case s when 'retrying' then now() + interval '1 year' end, s in ('retrying', 'held'),
          uuid_extract_timestamp(seed_id(n, 2)), uuid_extract_timestamp(seed_id(n, 2))
        from generate_series(0, 999999) n,
          lateral (select case
            when n % 99 > 0 then 'delivered'
            when n % 2 = 1 and n between 500000 and 699999 then 'cancelled'
            else (array['retrying', 'held', 'failed', 'cancelled'])[1 + n / 99 / 2 % 4] end) as x (s);
      insert into payloads (tenant, event_id, payload)
        select tenant, event_id, '{"some": "thing"}' from deliveries where state <> 'delivered';
      insert into attempts (tenant, delivery_id, number, round, outcome, status_code, started_at,
          took_millis)
        select tenant, id, 1, 1,
          case state when 'cancelled' then 'gone' when 'held' then 'timed_out' else 'refused' end,
          case state when 'cancelled' then 410 when 'held' then null else 503 end, created_at, 1
        from deliveries where state <> 'delivered';
      insert into attempt_counts
        select 'default', s, t, date_trunc('hour', now()) - h * interval '1 hour', o, 9, 1, 0,
          '{0,1,2,3}', '{0,0,0,0,4}'
        from generate_series(0, 719) h,
          unnest(array['00000000-0000-0000-0000-000000000000'::uuid, 'ONE']) s,
          unnest(array['delivered', 'refused']) o,
          (select '' as t union all select 'type-' || n from generate_series(0, 19) n) t;
      insert into attempt_counts
        select 'default', seed_id(n * 10, 1), '', date_trunc('hour', now()) - h * interval '1 hour',
          'refused', n, 1, 0, '{0,1}', '{}'
        from generate_series(0, 99) h, generate_series(1, 1000) n;
      insert into attempt_counts
        select 'default', seed_id(n * 10, 1), '', date_trunc('hour', now()), 'delivered', 1, 0, 0,
          '{0,1}', '{0,1}'
        from generate_series(1, 99999) n;
      insert into standings (tenant, subscription_id, state, reason, since, changed_at)
        select case when n < 20000 then 'default' else 'tenant-' || n % 300 end,
          case when n = 0 then 'ONE' else seed_id(n * 10, 1) end, 'open', 'unavailable',
          now() - n * interval '1 second', now() - n * interval '1 second'
        from generate_series(0, 49999) n;
      insert into failing_subscriptions
        select case when n < 20000 then 'default' else 'tenant-' || n % 300 end,
          case when n = 0 then 'ONE' else seed_id(n * 10, 1) end,
          now() - n * interval '5 seconds',
          case when n % 3 = 0 then now() else now() - interval '1 day' end
        from generate_series(0, 49999) n;
      insert into audit_log (tenant, id, at, actor, action, target, fields, address, request_id)
        select 'default', seed_id(n * 10, 4), uuid_extract_timestamp(seed_id(n * 10, 4)),
          case when n % 2 = 0 then 'open_mode' else 'admin_key' end,
          (array['subscription.changed', 'subscription.created', 'delivery.retried', 'key.created'])
            [1 + n % 4],
          'target-' || n % 1000, '{url}', '127.0.0.1', 'request-' || n
        from generate_series(0, 99999) n
      """;

  /** Adds them to the database of a service that does not run, but has run today. */
  static ManyRows addTo(Database database, String busiest) {
    Instant from = Instant.ofEpochMilli(System.currentTimeMillis()).minus(ALL);
    // One by one, as PostgreSQL would undo all of them after the last one.
    for (String statement :
        STATEMENTS
            .replace("START", Long.toString(from.toEpochMilli()))
            .replace("STEP", Long.toString(ALL.toMillis() / EVENTS))
            .replace("ONE", busiest)
            .split(";\n(?! |end)", -1)) {
      database.run(statement);
    }
    TABLES.forEach(table -> database.run("vacuum analyze " + table));
    return new ManyRows(busiest, from);
  }
}
