-- Statuses of 400 to 599 with which a delivery to the subscription fails at once.
alter table subscriptions add column no_retry_statuses integer[] not null default '{}';
