alter table tenants add column created_at timestamptz not null default now();

-- What callers show. Of the secret part only the SHA-256 is kept: it is 256 random bits. Found by the
-- id that the key itself holds, before it is known whose it is: so the tenant does not come first.
create table api_keys (
  id uuid primary key,
  tenant text not null references tenants,
  description text not null,
  scopes text[] not null,
  secret_hash bytea not null,
  created_at timestamptz not null default now(),
  -- Null: never.
  expires_at timestamptz,
  revoked_at timestamptz,
  -- Written once a minute at most.
  last_used_at timestamptz
);

create index api_keys_of on api_keys (tenant, id desc);
