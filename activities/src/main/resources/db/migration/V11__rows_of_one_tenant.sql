-- The second line between tenants; the first is that every query names its tenant. What a tenant's own
-- requests read and write they do as this role, which owns nothing, and to which PostgreSQL shows no row but
-- those of the tenant that its connection names: current_setting fails where none is named. Everything else is
-- done as the owner of the tables, to whom no policy applies.
do $$
begin
  if not exists (select from pg_roles where rolname = 'homing_tenant') then
    create role homing_tenant nologin;
  end if;
exception when duplicate_object or unique_violation then
  null; -- Roles are of the whole server: another Homing there has just made it.
end $$;

do $$
begin
  execute format('grant homing_tenant to %I', current_user);
exception when insufficient_privilege or unique_violation then
  null; -- Then it was granted by whoever made it, or the next statement says that it was not.
end $$;

set local role homing_tenant;
reset role;

do $$
declare
  granted record;
begin
  execute format('grant usage on schema %I to homing_tenant', current_schema());
  for granted in
    select * from (values
      ('tenants', 'select, update (routes_version)'),
      ('subscriptions', 'select, insert, update'),
      ('subscription_event_types', 'select, insert, delete'),
      ('events', 'select'),
      ('payloads', 'select'),
      ('event_workflows', 'select'),
      ('open_events', 'select, update, delete'),
      ('deliveries', 'select, insert, update'),
      ('attempts', 'select'),
      ('audit_log', 'select, insert')) as of_a_tenant (name, privileges)
  loop
    execute format('grant %s on %I to homing_tenant', granted.privileges, granted.name);
    execute format('alter table %I enable row level security', granted.name);
    execute format(
      'create policy rows_of_one_tenant on %I to homing_tenant using (tenant = current_setting(''homing.tenant''))',
      granted.name);
  end loop;
end $$;
