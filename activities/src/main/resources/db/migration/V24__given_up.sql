-- The deliveries that were given up, newest first: people look at them all day, and there are few. The happy path never
-- writes here.
create index deliveries_failed on deliveries (tenant, id desc) where state = 'failed';

-- Tenants look up their events by the names that they gave them.
grant select on event_keys to homing_tenant;
alter table event_keys enable row level security;
create policy rows_of_one_tenant on event_keys to homing_tenant using (tenant = current_setting('homing.tenant'));
