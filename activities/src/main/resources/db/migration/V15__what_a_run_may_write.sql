-- The last run that was told to end: it takes the delivery no more, so a new round waits for a new run.
alter table deliveries add column ended_run text;
-- True while the round is one that somebody asked for, for this delivery alone: an event's run does not
-- speak for it.
alter table deliveries add column round_requested boolean not null default false;
-- True: the run that has the delivery in hand sleeps, and does not know yet what was decided. Any node
-- wakes it or, if the delivery is over, ends it.
alter table deliveries add column run_notice boolean not null default false;

create index deliveries_with_notice on deliveries (tenant, id) where run_notice;
