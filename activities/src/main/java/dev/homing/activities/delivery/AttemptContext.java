package dev.homing.activities.delivery;

import dev.homing.activities.subscription.Receiver;
import org.jspecify.annotations.Nullable;

/**
 * The delivery that an attempt is made for.
 *
 * @param round the delivery's round when the attempt began
 * @param runId the workflow run that makes the attempt; null: the express lane
 */
public record AttemptContext(
    Delivery.Key key, int round, @Nullable String runId, Receiver receiver) {}
