package dev.homing.workflows.event;

import dev.homing.workflows.delivery.WaitingDelivery;
import java.util.List;

/**
 * What is left to do after the first attempts of an event.
 *
 * @param deliveries waiting for another attempt and without a workflow, sorted by id, at most
 *     {@link #PAGE}
 * @param more whether there are more than these
 * @param results shown to operators in Temporal: a line for each of the first recipients, then
 *     counts
 */
public record Unfinished(List<WaitingDelivery> deliveries, boolean more, List<String> results) {
  /** Bounds the result, and the children of a run: the server limits how many may be open. */
  public static final int PAGE = 500;
}
