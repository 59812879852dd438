-- How receivers in trouble do. A subscription in good standing has no row, or a closed one where nothing waits,
-- which is deleted a minute later, when all nodes have seen it.
create table standings (
  tenant text not null,
  subscription_id uuid not null,
  -- closed: first attempts are made; what waits is sent by the drain. The other states leave all attempts to it.
  state text not null check (state in ('closed', 'held', 'open', 'half_open')),
  reason text,
  -- Since when it is not closed, or, while it is, since when something waits.
  since timestamptz not null default now(),
  -- held: nothing is sent before.
  held_until timestamptz,
  -- When the drain has something to do; null: nothing waits.
  next_look timestamptz,
  -- Who drains: one at a time.
  leased_until timestamptz,
  leased_by text,
  changed_at timestamptz not null default now(),
  primary key (tenant, subscription_id)
);

create index standings_changed on standings (changed_at);
create index standings_due on standings (next_look) where next_look is not null;

grant select on standings to homing_tenant;
alter table standings enable row level security;
create policy rows_of_one_tenant on standings to homing_tenant using (tenant = current_setting('homing.tenant'));

-- True: while the delivery waits, its subscription's drain has it in hand, and no workflow of its own.
alter table deliveries add column backlogged boolean not null default false;
-- When its schedule would have ended, had it not waited in the backlog: the attempt after that is its last.
alter table deliveries add column retry_until timestamptz;

-- Overdue deliveries are looked for every few seconds; a backlog is late on purpose.
drop index deliveries_due;
create index deliveries_due on deliveries (next_attempt_at) where next_attempt_at is not null and not backlogged;
