-- The secret before, which signs as well until then.
alter table subscriptions add column previous_sealed_secret text;
alter table subscriptions add column previous_until timestamptz;
