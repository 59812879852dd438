package dev.homing.activities.temporal;

import dev.homing.activities.event.SharedWorkflows;
import dev.homing.workflows.event.AcceptedEvent;
import dev.homing.workflows.event.EventWorkflow;
import dev.homing.workflows.event.SharedEventWorkflow;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowServiceException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Starts the workflows of events; one that already runs counts as started. */
public final class EventStarts {
  private static final Logger log = LoggerFactory.getLogger(EventStarts.class);

  private final WorkflowClient client;
  private final SharedWorkflows shared;

  public EventStarts(WorkflowClient client, SharedWorkflows shared) {
    this.client = client;
    this.shared = shared;
  }

  /** Starts an event's own workflow; false if Temporal does not answer in five seconds. */
  public boolean startNow(AcceptedEvent event) {
    separate(List.of(event));
    return ShortCalls.call(() -> start(List.of(event)));
  }

  /** Gives each of these events of one tenant its own workflow; call before its start. */
  public void separate(List<AcceptedEvent> events) {
    shared.separate(events);
  }

  /**
   * Starts an event's own workflow, or one that several events of a tenant share.
   *
   * @return false if Temporal or PostgreSQL does not answer
   */
  public boolean start(List<AcceptedEvent> events) {
    try {
      if (events.size() == 1) {
        startOwn(events.getFirst());
      } else {
        startShared(events);
      }
      return true;
    } catch (WorkflowServiceException | DataAccessException e) {
      log.warn(
          "cannot start the workflow of {} and {} others: {}",
          events.getFirst().id(),
          events.size() - 1,
          ShortCalls.cause(e));
      return false;
    }
  }

  private void startOwn(AcceptedEvent event) {
    EventWorkflow workflow =
        client.newWorkflowStub(EventWorkflow.class, EventWorkflow.options(event));
    WorkflowClient.start(workflow::fanOut, event, null, null);
  }

  private void startShared(List<AcceptedEvent> events) {
    shared.share(events);
    SharedEventWorkflow workflow =
        client.newWorkflowStub(SharedEventWorkflow.class, SharedEventWorkflow.options(events));
    WorkflowClient.start(workflow::fanOut, events);
  }
}
