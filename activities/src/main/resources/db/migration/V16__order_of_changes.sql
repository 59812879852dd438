-- In which transaction a row was written last. A reader that takes only those before the oldest one still
-- running misses none: what commits later has a higher number. Clocks and ids of rows promise no such thing.
-- Rows that are there get the number of this migration: the default is not volatile, so no row is written.
alter table events add column accepted_in xid8 not null default pg_current_xact_id();
create index events_by_appearance on events (tenant, accepted_in, id);

alter table audit_log add column written_in xid8 not null default pg_current_xact_id();
create index audit_log_by_appearance on audit_log (written_in, id);

alter table deliveries add column changed_in xid8 not null default pg_current_xact_id();
create index deliveries_by_change on deliveries (tenant, changed_in, id);

create function deliveries_change() returns trigger language plpgsql as $$
begin
  new.changed_in := pg_current_xact_id();
  new.updated_at := now();
  return new;
end $$;

-- Whatever is shown of it.
create trigger change before update on deliveries for each row
  when ((old.state, old.reason, old.round, old.attempt_count, old.next_attempt_at)
    is distinct from (new.state, new.reason, new.round, new.attempt_count, new.next_attempt_at))
  execute function deliveries_change();
