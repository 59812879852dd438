-- By how many deliveries of Homing an event came here, which keeps two of them from going on for ever.
alter table events add column hops smallint not null default 0;

-- Of an answer that refused an attempt: what says where to look, and when to come back.
alter table attempts add column response_headers jsonb;
