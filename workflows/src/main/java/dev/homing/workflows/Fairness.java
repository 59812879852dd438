package dev.homing.workflows;

import io.temporal.common.Priority;

/** How Temporal's task queues hand out tasks while more wait than workers take: by tenant. */
public final class Fairness {
  private Fairness() {}

  /** For workflows and activities of this tenant; what they start inherits it. */
  public static Priority of(Tenant tenant) {
    return Priority.newBuilder().setFairnessKey(tenant.name()).build();
  }
}
