package dev.homing.app.maintenance;

import dev.homing.activities.temporal.ShortCalls;
import dev.homing.workflows.backlog.BacklogWorkflow;
import dev.homing.workflows.delivery.DeliveryWorkflow;
import dev.homing.workflows.event.EventWorkflow;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.temporal.api.workflowservice.v1.CountWorkflowExecutionsRequest;
import io.temporal.client.WorkflowClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Counts running workflows whose code keeps failing.
 *
 * <p>Temporal sets a search attribute after five tasks in a row have failed or timed out. Such a
 * workflow continues by itself once a version that can run it is deployed.
 */
@Component
class StuckWorkflows {
  private static final Logger log = LoggerFactory.getLogger(StuckWorkflows.class);
  private static final String QUERY =
      "TemporalReportedProblems IS NOT NULL AND ExecutionStatus=\"Running\""
          + " AND WorkflowType IN (\"%s\", \"%s\", \"%s\")"
              .formatted(EventWorkflow.TYPE, DeliveryWorkflow.TYPE, BacklogWorkflow.TYPE);

  private final WorkflowClient client;
  private volatile long stuck;

  StuckWorkflows(WorkflowClient client, MeterRegistry metrics) {
    this.client = client;
    Gauge.builder("homing.workflows.stuck", () -> stuck)
        .description("Running workflows whose code keeps failing")
        .register(metrics);
  }

  void count() {
    try {
      stuck =
          ShortCalls.to(client)
              .countWorkflowExecutions(
                  CountWorkflowExecutionsRequest.newBuilder()
                      .setNamespace(client.getOptions().getNamespace())
                      .setQuery(QUERY)
                      .build())
              .getCount();
    } catch (StatusRuntimeException e) {
      log.debug("cannot count stuck workflows: {}", e.getMessage());
    }
  }
}
