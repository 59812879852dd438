-- How much a receiver may be sent, and all receivers of a tenant together; null: as much as there is.
alter table subscriptions add column rate_limit integer;
alter table subscriptions add column rate_seconds integer;
alter table subscriptions add column max_in_flight integer;

alter table tenants add column rate_limit integer;
alter table tenants add column rate_seconds integer;
alter table tenants add column max_in_flight integer;

-- True, while something waits and the state is closed: more waits than the pace allows, so the drain alone sends.
-- No state of its own: nodes of earlier versions would not know the word.
alter table standings add column over_pace boolean not null default false;
