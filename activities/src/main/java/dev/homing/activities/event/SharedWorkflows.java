package dev.homing.activities.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.SharedEventWorkflow;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The events that share a workflow; any other has its own, with the event's id. */
public final class SharedWorkflows {
  private final JdbcClient jdbc;

  public SharedWorkflows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Has these events of one tenant share the first one's workflow; call before its start. */
  public void share(List<AcceptedEvent> events) {
    jdbc.sql(
            """
            insert into event_workflows (tenant, event_id, shared_with)
            select :tenant, event_id, :first from unnest(:events::uuid[]) as all_of (event_id)
            on conflict (tenant, event_id) do update set shared_with = excluded.shared_with
            """)
        .param("tenant", events.getFirst().tenant().name())
        .param("first", events.getFirst().id().uuid())
        .param("events", uuids(events.stream().map(AcceptedEvent::id).toList()))
        .update();
  }

  /** Gives each of these events of one tenant its own workflow; call before its start. */
  public void separate(List<AcceptedEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    jdbc.sql("delete from event_workflows where tenant = :tenant and event_id = any(:events)")
        .param("tenant", events.getFirst().tenant().name())
        .param("events", uuids(events.stream().map(AcceptedEvent::id).toList()))
        .update();
  }

  /** The workflow id of each event. */
  public Map<EventId, String> ids(Tenant tenant, Collection<EventId> events) {
    Map<EventId, String> shared =
        jdbc
            .sql(
                """
                select event_id, shared_with from event_workflows
                where tenant = :tenant and event_id = any(:events)
                """)
            .param("tenant", tenant.name())
            .param("events", uuids(events))
            .query(
                (row, _) ->
                    Map.entry(
                        new EventId(row.getObject(1, UUID.class)),
                        SharedEventWorkflow.id(row.getObject(2, UUID.class))))
            .list()
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return events.stream()
        .collect(
            Collectors.toMap(
                event -> event, event -> shared.getOrDefault(event, event.toString())));
  }

  private static UUID[] uuids(Collection<EventId> events) {
    return events.stream().map(EventId::uuid).toArray(UUID[]::new);
  }
}
