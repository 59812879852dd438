-- At each start. A dump that was restored to another server brings numbers of transactions which that server has
-- not come to: who polls would not see those rows for a long time. They get the number of this one.
do $$
begin
  if to_regclass('deliveries_by_change') is null then
    return; -- Tables of an earlier version, in a test.
  end if;
  if exists (
    select from tenants t
    cross join lateral (
      select from deliveries
      where tenant = t.tenant and changed_in >= pg_snapshot_xmax(pg_current_snapshot())
      limit 1) d) then
    update deliveries set changed_in = default
    where changed_in >= pg_snapshot_xmax(pg_current_snapshot());
  end if;
  if exists (
    select from tenants t
    cross join lateral (
      select from events
      where tenant = t.tenant and accepted_in >= pg_snapshot_xmax(pg_current_snapshot())
      limit 1) e) then
    update events set accepted_in = default
    where accepted_in >= pg_snapshot_xmax(pg_current_snapshot());
  end if;
  if exists (
    select from audit_log
    where tenant <> '' and written_in >= pg_snapshot_xmax(pg_current_snapshot()) limit 1) then
    alter table audit_log disable trigger append_only;
    update audit_log set written_in = default
    where written_in >= pg_snapshot_xmax(pg_current_snapshot());
    alter table audit_log enable trigger append_only;
  end if;
end $$;
