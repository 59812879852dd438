-- What a node looks after is left alone by the others, and by itself for a while.
alter table open_events add column look_after timestamptz;
alter table deliveries add column look_after timestamptz;

-- The run whose reset opened rounds while some recipient had no row: rows written later have theirs.
alter table open_events add column rounds_opened_by text;

-- When the run that has it in hand scheduled its activity, by Temporal's clock: an older run that is
-- late does not take it back.
alter table deliveries add column run_since timestamptz;

-- Faults of ours since the last attempt, for which no receiver and no outage can be blamed.
alter table deliveries add column own_faults integer not null default 0;

-- Of all tenants, whatever has a time: a waiting delivery its next attempt, a parked one its next
-- look. What is overdue is the low end.
drop index deliveries_without_run;
create index deliveries_due on deliveries (next_attempt_at) where next_attempt_at is not null;

-- Parked: held with a time. There are few.
create index deliveries_parked on deliveries (tenant, id)
  where state = 'held' and next_attempt_at is not null;
