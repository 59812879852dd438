package dev.homing.workflows;

/** Where work waits for a worker. */
public final class TaskQueues {
  /** Events that are being told to everyone. */
  public static final String EVENTS = "events";

  /** Deliveries that need another attempt. */
  public static final String DELIVERIES = "deliveries";

  /**
   * Deliveries that shared workflows leave waiting. A worker takes few at a time: a server that is
   * asked for more starts than it has time for does little but make them again.
   */
  public static final String STARTS = "starts";

  private TaskQueues() {}
}
