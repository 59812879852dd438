-- While a drain pauses: nothing is looked at before, however soon a delivery is due. Null: it is looked at by the time that
-- the next delivery is due, and sooner if one is added that is due sooner.
alter table standings add column not_before timestamptz;

-- An owner who changes a pace ends the pause that it made.
grant update (not_before) on standings to homing_tenant;
