-- Who changed what through the API: written in the transaction of the change.
create table audit_log (
  tenant text not null,
  id uuid not null,
  at timestamptz not null default now(),
  -- The id of an API key, 'admin_key' or 'open_mode'.
  actor text not null,
  action text not null,
  target text not null,
  -- Names of what has another value than before; never the values.
  fields text[] not null,
  address text not null,
  request_id text not null,
  primary key (tenant, id)
);

-- Of all tenants, by time.
create index audit_log_by_id on audit_log (id desc);

-- Entries are added only. Who prunes old ones has to take this away first, and is the tables' owner.
create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the audit log are neither changed nor taken away';
end $$;

create trigger append_only before update or delete or truncate on audit_log
  for each statement execute function audit_log_is_append_only();
