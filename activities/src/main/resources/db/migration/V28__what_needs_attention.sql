-- The overview asks every few seconds, of a tenant: which receivers are in trouble, which fail, which were disabled.
-- A heartbeat of a drain changes none of the columns, so it stays a heap-only update.
create index standings_in_trouble on standings (tenant, since) where state <> 'closed';
create index failing_subscriptions_of on failing_subscriptions (tenant, failing_since);
create index subscriptions_disabled on subscriptions (tenant, updated_at desc)
  where disabled_reason is not null and deleted_at is null;

-- Deleted subscriptions stay for good: lists would read them all.
create index subscriptions_listed on subscriptions (tenant, id desc) where deleted_at is null;
