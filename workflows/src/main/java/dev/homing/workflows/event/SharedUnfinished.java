package dev.homing.workflows.event;

import dev.homing.workflows.delivery.WaitingDelivery;
import java.util.List;

/**
 * What the first attempts of several events left to do.
 *
 * @param deliveries those that wait for another attempt and have no workflow yet, at most {@link
 *     Unfinished#PAGE}
 * @param apart events that need a workflow of their own: more of their deliveries wait, or a fault
 *     of ours came with them
 * @param results for people who look at the workflow: a line for each of the first recipients, then
 *     counts
 */
public record SharedUnfinished(
    List<WaitingDelivery> deliveries, List<AcceptedEvent> apart, List<String> results) {}
