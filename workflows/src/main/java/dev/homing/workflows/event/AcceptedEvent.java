package dev.homing.workflows.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;

/** An event that was committed: what its workflow needs to know, never its payload. */
public record AcceptedEvent(Tenant tenant, EventId id, String type, int recipients) {}
