-- Statuses of 400 to 599 with which a delivery to the subscription fails at once.
alter table subscriptions add column no_retry_statuses integer[] not null default '{}';

-- Subscriptions whose receivers have done nothing but fail. A success deletes the row.
create table failing_subscriptions (
  tenant text not null,
  subscription_id uuid not null,
  failing_since timestamptz not null default now(),
  -- To the minute.
  last_failure_at timestamptz not null default now(),
  primary key (tenant, subscription_id)
);

create index failing_subscriptions_since on failing_subscriptions (failing_since);

-- An owner who enables a subscription, or changes its URL, deletes its row.
grant select, delete on failing_subscriptions to homing_tenant;
alter table failing_subscriptions enable row level security;
create policy rows_of_one_tenant on failing_subscriptions to homing_tenant
  using (tenant = current_setting('homing.tenant'));

-- An owner who enables a subscription has its backlog looked at.
grant insert (tenant, subscription_id, state, next_look), update (next_look, since, changed_at) on standings to homing_tenant;
