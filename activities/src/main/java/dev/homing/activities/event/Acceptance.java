package dev.homing.activities.event;

import dev.homing.activities.routing.Route;
import dev.homing.workflows.event.AcceptedEvent;

/** What came of a submission; in each case it is committed. */
public sealed interface Acceptance {

  /**
   * It is a new event, which this node may send first.
   *
   * @param route its recipients
   */
  record New(Leases.Lease lease, Route route) implements Acceptance {}

  /** It was accepted before, under one of its keys: nothing was done. */
  record Repeated(AcceptedEvent event) implements Acceptance {}

  /** A key of this kind stands for something else: nothing was done. */
  record Conflicting(KeyKind kind) implements Acceptance {}
}
