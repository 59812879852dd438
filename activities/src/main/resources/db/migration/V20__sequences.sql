-- Events with the same key reach an ordered subscription one after the other.
alter table events add column ordering_key text;

alter table subscriptions add column ordered boolean not null default false;
-- What a delivery that keeps failing does to those behind it; null: it blocks them.
alter table subscriptions add column on_failure text check (on_failure in ('block', 'skip'));
-- Null: as long as on_failure says.
alter table subscriptions add column max_block_seconds integer;

-- Since when it has its turn; null: since its event was accepted.
alter table deliveries add column turn_since timestamptz;

-- The deliveries with one ordering key to one subscription. One that nobody uses is deleted.
create table sequences (
  tenant text not null,
  subscription_id uuid not null,
  ordering_key text not null,
  -- The delivery that has its turn. The next one gets it once this one is over: nothing else is asked.
  head uuid not null,
  -- The highest number given to an entry.
  last_number bigint not null,
  -- Whether deliveries wait behind the head.
  waits boolean not null,
  primary key (tenant, subscription_id, ordering_key)
) with (fillfactor = 70);

create index sequences_waiting on sequences (tenant, subscription_id) where waits;

grant select on sequences to homing_tenant;
alter table sequences enable row level security;
create policy rows_of_one_tenant on sequences to homing_tenant
  using (tenant = current_setting('homing.tenant'));

-- The deliveries that wait for their turn, in the order of their numbers.
create table sequence_entries (
  tenant text not null,
  subscription_id uuid not null,
  ordering_key text not null,
  number bigint not null,
  delivery_id uuid not null,
  primary key (tenant, subscription_id, ordering_key, number)
);
