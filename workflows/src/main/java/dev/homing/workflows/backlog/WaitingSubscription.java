package dev.homing.workflows.backlog;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;

/**
 * A subscription with a backlog, as its workflow knows it: without secret or URL.
 *
 * @param host of the receiver, shown to operators
 */
public record WaitingSubscription(Tenant tenant, SubscriptionId id, String host) {}
