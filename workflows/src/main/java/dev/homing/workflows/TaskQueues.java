package dev.homing.workflows;

/** Where work waits for a worker. */
public final class TaskQueues {
  /** Events that are being told to everyone. */
  public static final String EVENTS = "events";

  /** Deliveries that need another attempt. */
  public static final String DELIVERIES = "deliveries";

  private TaskQueues() {}
}
