package dev.homing.workflows;

import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInfo;

/** How the current run of a workflow came to be. */
public final class Runs {
  private Runs() {}

  /** Whether somebody reset the workflow: the history is the original run's, the run id is new. */
  public static boolean isReset() {
    WorkflowInfo run = Workflow.getInfo();
    return !run.getRunId().equals(run.getOriginalExecutionRunId());
  }
}
