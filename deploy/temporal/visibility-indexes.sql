-- Temporal's visibility table comes with 73 indexes, one for each column that a search may use, and keeping
-- them is the larger half of what a workflow costs PostgreSQL. These are the ones that are used: by Homing's four
-- search attributes, by its looks at what was terminated, by the Web UI's lists, and by batches. A search by anything
-- else still answers, and reads the whole table for it.
--
-- Run against temporal_visibility, by its owner, after every update of the schema: it brings back none, but may make
-- new ones. To have all of them again: create the database anew, or take them from Temporal's
-- schema/postgresql/v12/visibility/schema.sql.
do $$
declare
  unused text;
begin
  for unused in
    select indexname from pg_indexes
    where schemaname = current_schema and tablename = 'executions_visibility'
      and indexname not in (
        'executions_visibility_pkey', 'default_idx', 'by_workflow_id', 'by_status', 'by_workflow_type',
        -- Tenant, SubscriptionId, EventType, EventId.
        'by_keyword_01', 'by_keyword_02', 'by_keyword_03', 'by_keyword_04',
        -- Of workflows that were marked as stuck, of batches, and of the server's own.
        'by_temporal_reported_problems', 'by_batcher_user', 'by_temporal_namespace_division', 'by_build_ids')
  loop
    execute format('drop index %I', unused);
  end loop;
end $$;
