-- What the requests of a subscription carry beside Homing's own headers, by name.
alter table subscriptions add column headers jsonb not null default '{}';
-- Those that nobody may read: each value sealed with AES-256-GCM, under HOMING_ENCRYPTION_KEYS.
alter table subscriptions add column sealed_headers jsonb not null default '{}';
