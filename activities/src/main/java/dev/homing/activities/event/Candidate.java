package dev.homing.activities.event;

import dev.homing.activities.routing.Route;
import dev.homing.workflows.event.AcceptedEvent;

/** What would become of a submission, were it not accepted before. */
record Candidate(Submission submission, Leases.Lease lease, Route route) {
  AcceptedEvent event() {
    return lease.event();
  }

  Acceptance accepted() {
    return new Acceptance.New(lease, route);
  }

  boolean holds(EventKeys.Claim claim) {
    return claim.event().id().equals(event().id());
  }
}
