package dev.homing.workflows;

/** The names of the task queues. */
public final class TaskQueues {
  /** Events to be fanned out. */
  public static final String EVENTS = "events";

  /** Deliveries waiting for another attempt. */
  public static final String DELIVERIES = "deliveries";

  /** Backlogs to be drained: apart from deliveries, as a drain may go on for minutes. */
  public static final String BACKLOGS = "backlogs";

  /**
   * Deliveries that shared workflows left waiting and that need a workflow of their own. A worker
   * takes few at a time: an overloaded Temporal server spends its time on repeating starts.
   */
  public static final String STARTS = "starts";

  private TaskQueues() {}
}
