-- From now on there is a partition for each day of UTC, made ahead and dropped when its time is over:
-- see dev.homing.activities.retention. The default partitions take only what has none, and ought to be
-- empty. What they have taken until now stays where it is, in one partition that ends with tomorrow.
do $$
declare
  tomorrow timestamptz := date_trunc('day', now(), 'UTC') + interval '2 days';
  ends uuid := (lpad(to_hex((extract(epoch from tomorrow) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
  parent text;
  key text;
  filled boolean;
begin
  for parent, key in
    values ('payloads', 'event_id'), ('events', 'id'), ('attempts', 'delivery_id'), ('deliveries', 'id')
  loop
    execute format('select exists (select from %I)', parent || '_default') into filled;
    continue when not filled;
    execute format('alter table %I detach partition %I', parent, parent || '_default');
    execute format('alter table %I rename to %I', parent || '_default', parent || '_first');
    execute format('create table %I partition of %I default', parent || '_default', parent);
    -- Of a clock that was wrong.
    execute format(
      'with late as (delete from %1$I where %2$I >= %3$L returning *) insert into %4$I select * from late',
      parent || '_first', key, ends, parent || '_default');
    execute format(
      'alter table %I attach partition %I for values from (%L) to (%L)',
      parent, parent || '_first', '00000000-0000-0000-0000-000000000000', ends);
  end loop;
end $$;
