package dev.homing.activities.event;

import dev.homing.activities.routing.Route;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.event.AcceptedEvent;
import java.util.Collection;

/** The committed result of a submission. */
public sealed interface Acceptance {

  /**
   * A new event, whose first attempts this node may make.
   *
   * @param route the recipients to send to now; the others wait for their turn
   */
  record New(Leases.Lease lease, Route route) implements Acceptance {
    New without(Collection<SubscriptionId> waiting) {
      return waiting.isEmpty() ? this : new New(lease, route.without(waiting));
    }
  }

  /** A repeat: one of its keys already stands for this event. Nothing was changed. */
  record Repeated(AcceptedEvent event) implements Acceptance {}

  /** A conflict: a key of this kind stands for another request. Nothing was changed. */
  record Conflicting(KeyKind kind) implements Acceptance {}
}
