package dev.homing.workflows.event;

import dev.homing.workflows.delivery.WaitingDelivery;
import java.util.List;

/**
 * What is left to do after the first attempts of several events.
 *
 * @param deliveries waiting for another attempt and without a workflow, at most {@link
 *     Unfinished#PAGE}
 * @param apart events that need a workflow of their own: more of their deliveries wait, or a fault
 *     of ours interrupted them
 * @param results shown to operators in Temporal: a line for each of the first recipients, then
 *     counts
 */
public record SharedUnfinished(
    List<WaitingDelivery> deliveries, List<AcceptedEvent> apart, List<String> results) {}
