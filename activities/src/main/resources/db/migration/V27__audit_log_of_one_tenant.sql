-- Lists of one tenant are read by its own indexes, those of all tenants by these. By an index of ids alone PostgreSQL may
-- read the whole log to find the entries of a tenant with few: a prepared plan does not know which tenant it is for.
drop index audit_log_by_id;
drop index audit_log_by_appearance;
create index audit_log_of_all on audit_log ((tenant <> ''), id desc);
create index audit_log_of_all_by_appearance on audit_log ((tenant <> ''), written_in, id);
