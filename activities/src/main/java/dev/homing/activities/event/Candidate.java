package dev.homing.activities.event;

import dev.homing.activities.routing.Route;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.event.AcceptedEvent;
import java.util.List;

/** The event that a submission becomes unless it is a repeat. */
record Candidate(Submission submission, Leases.Lease lease, Route route) {
  AcceptedEvent event() {
    return lease.event();
  }

  /** The recipients that order this event among others with its key. */
  List<SubscriptionId> ordered() {
    return submission.orderingKey() == null ? List.of() : route.ordered();
  }

  Acceptance accepted() {
    return new Acceptance.New(lease, route);
  }

  boolean holds(EventKeys.Claim claim) {
    return claim.event().id().equals(event().id());
  }
}
