-- What a drain releases of a subscription that was paused: few rows, among many that wait for their turn.
create index deliveries_paused on deliveries (tenant, subscription_id) where reason = 'paused';

-- A sequence advances once its head has ended: it is found by that, among many that wait.
drop index sequences_waiting;
create index sequences_waiting on sequences (tenant, subscription_id, head) where waits;
