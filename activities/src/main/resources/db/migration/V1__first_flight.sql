-- Every table and every key starts with the tenant. Ids are UUIDs that sort by time, so tables that
-- only grow are partitioned by them; what no partition takes goes to the default one.

create table tenants (
  tenant text primary key,
  -- Raised in the transaction of every change to who receives what: a cached answer that is older
  -- is no answer.
  routes_version bigint not null default 1
);

insert into tenants (tenant) values ('default');

create table subscriptions (
  tenant text not null references tenants,
  id uuid not null,
  url text not null,
  description text not null,
  -- False holds what waits; a person's choice.
  enabled boolean not null,
  -- Why Homing itself switched it off; it then receives nothing.
  disabled_reason text,
  metadata jsonb not null,
  -- Null: as the settings say.
  max_attempts integer,
  initial_interval_seconds integer,
  max_interval_seconds integer,
  timeout_seconds integer,
  -- AES-256-GCM, under HOMING_ENCRYPTION_KEYS.
  sealed_secret text not null,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- A tombstone keeps the deliveries of a deleted subscription readable.
  deleted_at timestamptz,
  primary key (tenant, id)
);

create table subscription_event_types (
  tenant text not null,
  event_type text not null,
  subscription_id uuid not null,
  primary key (tenant, event_type, subscription_id),
  foreign key (tenant, subscription_id) references subscriptions
);

create index subscription_event_types_of on subscription_event_types (tenant, subscription_id);

create table events (
  tenant text not null,
  id uuid not null,
  type text not null,
  content_type text not null,
  -- The subscriptions that matched when the event was accepted.
  recipients uuid[] not null,
  accepted_at timestamptz not null default now(),
  primary key (tenant, id)
) partition by range (id);

create table events_default partition of events default;

-- Apart from the events, so that payloads can be kept shorter.
create table payloads (
  tenant text not null,
  event_id uuid not null,
  payload bytea not null,
  primary key (tenant, event_id)
) partition by range (event_id);

create table payloads_default partition of payloads default;

-- The events of which some recipient has no delivery row yet. Whoever holds the lease, and nobody
-- else, makes the first attempts.
create table open_events (
  tenant text not null,
  event_id uuid not null,
  -- Recipients without a delivery row: lowered in the commit that writes a row, never guessed.
  missing integer not null,
  leased_until timestamptz not null,
  leased_by text not null,
  primary key (tenant, event_id)
);

create index open_events_by_lease on open_events (leased_until);

-- A delivery's id has its event's first 64 bits: the deliveries of an event are a range of the
-- primary key.
create table deliveries (
  tenant text not null,
  id uuid not null,
  event_id uuid not null,
  event_type text not null,
  subscription_id uuid not null,
  state text not null check (state in ('retrying', 'held', 'delivered', 'failed', 'cancelled')),
  reason text,
  round integer not null default 1,
  round_attempts integer not null default 0,
  attempt_count integer not null default 0,
  next_attempt_at timestamptz,
  -- The workflow run that has it in hand; null: none yet.
  run_id text,
  -- The run whose reset opened a round last, so that it does so once.
  round_opened_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant, id)
) partition by range (id);

create table deliveries_default partition of deliveries default;

create index deliveries_by_subscription on deliveries (tenant, subscription_id, id desc);

create index deliveries_waiting on deliveries (tenant, subscription_id, next_attempt_at)
  where state in ('retrying', 'held');

-- Of all tenants: what is overdue and that nobody has in hand is looked for every few seconds.
create index deliveries_without_run on deliveries (next_attempt_at)
  where state = 'retrying' and run_id is null;

create table attempts (
  tenant text not null,
  delivery_id uuid not null,
  number integer not null,
  round integer not null,
  outcome text not null,
  status_code integer,
  started_at timestamptz not null,
  took_millis bigint not null,
  error text,
  response_body bytea,
  primary key (tenant, delivery_id, number)
) partition by range (delivery_id);

create table attempts_default partition of attempts default;
