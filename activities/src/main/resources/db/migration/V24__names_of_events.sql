-- Tenants look up their events by the names that they gave them.
grant select on event_keys to homing_tenant;
alter table event_keys enable row level security;
create policy rows_of_one_tenant on event_keys to homing_tenant using (tenant = current_setting('homing.tenant'));
