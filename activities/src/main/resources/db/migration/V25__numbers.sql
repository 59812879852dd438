-- What was not simply delivered, newest first; a delivery that succeeds at once is never written here. What was given up
-- is part of it.
drop index deliveries_failed;
create index deliveries_troubled on deliveries (tenant, state, id desc) where state <> 'delivered';

-- What was called, as the subscription may have changed since; null for an attempt that delivered.
alter table attempts
  add column url text,
  add column address inet;

-- Subscriptions are listed by whether they are enabled; most are.
create index subscriptions_not_enabled on subscriptions (tenant, id desc)
  where not enabled and deleted_at is null;

-- The order of changes of one tenant's entries.
create index audit_log_by_appearance_of on audit_log (tenant, written_in, id);

-- How attempts went, by hour: each node counts in memory and adds to this every ten seconds.
create table attempt_counts (
  tenant text not null,
  -- All zeros: all subscriptions together.
  subscription_id uuid not null,
  -- Empty: all event types together.
  event_type text not null,
  -- The hour in which the attempts ended.
  hour timestamptz not null,
  outcome text not null,
  attempts bigint not null,
  -- Deliveries that ended with these attempts.
  failed bigint not null,
  cancelled bigint not null,
  -- How many answers took less than 1, 2, 4, 8, … ms; the last number is not 0.
  took bigint[] not null,
  -- The same for the time from accepting the event to the 2xx.
  age bigint[] not null,
  primary key (tenant, subscription_id, event_type, hour, outcome)
) with (fillfactor = 70);

create index attempt_counts_by_hour on attempt_counts (hour);

-- To find the subscriptions that fail most.
create index attempt_counts_of_failures on attempt_counts (tenant, event_type, hour desc)
  where outcome <> 'delivered' and subscription_id <> '00000000-0000-0000-0000-000000000000';

grant select on attempt_counts to homing_tenant;
alter table attempt_counts enable row level security;
create policy rows_of_one_tenant on attempt_counts to homing_tenant
  using (tenant = current_setting('homing.tenant'));
