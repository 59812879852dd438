-- What a drain releases of a subscription that was paused: few rows, among many that wait for their turn.
create index deliveries_paused on deliveries (tenant, subscription_id) where reason = 'paused';
