package dev.homing.app.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.development.RealParts;
import dev.homing.app.development.TemporalPart;
import dev.homing.app.journey.RunningHoming;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StuckWorkflowsTest {
  private final RunningHoming homing = RunningHoming.shared();
  private final TemporalPart temporal = RealParts.shared().temporal();

  @Test
  void countsAWorkflowWhoseArgumentCannotBeReadUntilItEnds() {
    StuckWorkflows stuck = homing.bean(StuckWorkflows.class);
    String id = "evt_01890a5d-ac96-774b-bcce-b302099a8057";
    // A task that fails again is left to time out: after a second here, not after ten.
    temporal.cli(
        "workflow",
        "start",
        "--type",
        "FanOut",
        "--task-queue",
        "events",
        "--task-timeout",
        "1s",
        "-w",
        id,
        "-i",
        "42");
    try {
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () -> assertThat(countedBy(stuck)).isEqualTo("homing_workflows_stuck 1.0"));
    } finally {
      temporal.cli("workflow", "terminate", "-w", id);
    }

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(countedBy(stuck)).isEqualTo("homing_workflows_stuck 0.0"));
  }

  /** The value of its metric after a check. */
  private String countedBy(StuckWorkflows stuck) {
    stuck.count();
    return homing
        .management()
        .get("/actuator/prometheus")
        .text()
        .lines()
        .filter(line -> line.startsWith("homing_workflows_stuck"))
        .findFirst()
        .orElse("");
  }
}
