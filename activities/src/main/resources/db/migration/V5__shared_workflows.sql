-- Events that share a workflow, when there are many at once: evts_ and the id of the first of them.
create table event_workflows (
  tenant text not null,
  event_id uuid not null,
  shared_with uuid not null,
  primary key (tenant, event_id)
) partition by range (event_id);

create table event_workflows_default partition of event_workflows default;

-- An event without recipients is never open any more: there is nothing to do for it.
delete from open_events where missing <= 0;
