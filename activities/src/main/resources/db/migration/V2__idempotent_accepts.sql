-- Names that a client gives to what it asks for, so that asking again changes nothing. Unpartitioned:
-- they must be unique whatever the time.
create table event_keys (
  tenant text not null,
  -- 'idempotency': the header Idempotency-Key of POST /webhooks/{event_type}, kept for a day at
  -- least. 'external_id': the header Homing-Event-Id, kept as long as events are.
  kind text not null check (kind in ('idempotency', 'external_id')),
  key text not null,
  -- SHA-256 of event type, content type and body: the same key for something else is refused.
  fingerprint bytea not null,
  -- What was answered, also when the event is kept no longer.
  event_id uuid not null,
  event_type text not null,
  recipients integer not null,
  created_at timestamptz not null default now(),
  primary key (tenant, kind, key)
);

-- For forgetting them.
create index event_keys_by_age on event_keys (kind, created_at);

-- The name that the client gave it.
alter table events add column external_id text;
