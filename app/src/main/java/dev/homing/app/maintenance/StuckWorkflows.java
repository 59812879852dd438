package dev.homing.app.maintenance;

import dev.homing.activities.temporal.ShortCalls;
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
 * Counts the workflows whose code fails again and again.
 *
 * <p>Temporal says so after five tasks in a row that failed or timed out, in a search attribute of
 * its own. Such a workflow goes on by itself once a version is deployed that can run it.
 */
@Component
class StuckWorkflows {
  private static final Logger log = LoggerFactory.getLogger(StuckWorkflows.class);
  private static final String QUERY =
      "TemporalReportedProblems IS NOT NULL AND ExecutionStatus=\"Running\""
          + " AND WorkflowType IN (\"%s\", \"%s\")"
              .formatted(EventWorkflow.TYPE, DeliveryWorkflow.TYPE);

  private final WorkflowClient client;
  private volatile long stuck;

  StuckWorkflows(WorkflowClient client, MeterRegistry metrics) {
    this.client = client;
    Gauge.builder("homing.workflows.stuck", () -> stuck)
        .description("Running workflows whose code fails again and again")
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
    } catch (StatusRuntimeException away) {
      log.debug("stuck workflows cannot be counted: {}", away.getMessage());
    }
  }
}
