package dev.homing.app.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.TemporalPart;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An operator at the Temporal CLI. */
record Operator(TemporalPart temporal) {
  /** Temporal starts the workflows of others meanwhile. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Runs the CLI, and returns what it prints. */
  String cli(String... arguments) {
    return temporal.cli(arguments);
  }

  /** The id of the activity whose retry a delivery's workflow waits for. */
  String awaitPendingActivity(String id) {
    return await(id)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(
            () -> describe(id).get("pendingActivities").get(0),
            activity -> activity.get("attempt").asInt() > 1)
        .get("activityId")
        .stringValue();
  }

  void awaitStatus(String workflow, String... statuses) {
    await(workflow)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(List.of(statuses))
                    .map(status -> "WORKFLOW_EXECUTION_STATUS_" + status)
                    .contains(Api.text(describe(workflow).get("workflowExecutionInfo"), "status")));
  }

  JsonNode describe(String workflow) {
    return JsonMapper.shared().readTree(cli("workflow", "describe", "-w", workflow, "-o", "json"));
  }

  void resetWorkflow(String id) {
    cli("workflow", "reset", "-w", id, "--type", "FirstWorkflowTask", "--reason", "x");
  }
}
