-- Links that let a tenant's own customers see its pages. Of the secret part only the SHA-256 is kept: it is 256 random
-- bits. Found by the id that the link itself holds, before it is known whose it is: so the tenant does not come first.
create table portal_links (
  id uuid primary key,
  tenant text not null references tenants,
  secret_hash bytea not null,
  scopes text[] not null,
  -- The one subscription whose pages it opens; null: all of the tenant's.
  subscription_id uuid,
  return_url text,
  created_by text not null,
  -- Until then the link can be opened, once.
  expires_at timestamptz not null,
  -- From the opening on.
  session_seconds integer not null,
  opened_at timestamptz,
  -- Ends the session as well.
  revoked_at timestamptz
);

create index portal_links_of on portal_links (tenant, id desc);

grant select, insert, delete, update (revoked_at) on portal_links to homing_tenant;
alter table portal_links enable row level security;
create policy rows_of_one_tenant on portal_links to homing_tenant using (tenant = current_setting('homing.tenant'));
