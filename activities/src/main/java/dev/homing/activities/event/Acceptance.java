package dev.homing.activities.event;

import dev.homing.activities.routing.Route;
import dev.homing.workflows.event.AcceptedEvent;

/** The committed result of a submission. */
public sealed interface Acceptance {

  /**
   * A new event, whose first attempts this node may make.
   *
   * @param route the event's recipients
   */
  record New(Leases.Lease lease, Route route) implements Acceptance {}

  /** A repeat: one of its keys already stands for this event. Nothing was changed. */
  record Repeated(AcceptedEvent event) implements Acceptance {}

  /** A conflict: a key of this kind stands for another request. Nothing was changed. */
  record Conflicting(KeyKind kind) implements Acceptance {}
}
