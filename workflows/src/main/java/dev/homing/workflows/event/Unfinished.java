package dev.homing.workflows.event;

import dev.homing.workflows.delivery.WaitingDelivery;
import java.util.List;

/**
 * What the first attempts of an event left to do.
 *
 * @param deliveries those that wait for another attempt and have no workflow yet, in the order of
 *     their ids, at most {@link #PAGE}
 * @param more whether others wait behind them
 * @param results for people who look at the workflow: a line for each of the first recipients, then
 *     counts
 */
public record Unfinished(List<WaitingDelivery> deliveries, boolean more, List<String> results) {
  /** So that no run has more children than the server allows to be open, and no result is large. */
  public static final int PAGE = 500;
}
