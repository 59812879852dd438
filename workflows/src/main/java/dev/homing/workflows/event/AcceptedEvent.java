package dev.homing.workflows.event;

import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;

/** A committed event, as its workflow knows it: without payload. */
public record AcceptedEvent(Tenant tenant, EventId id, String type, int recipients) {}
