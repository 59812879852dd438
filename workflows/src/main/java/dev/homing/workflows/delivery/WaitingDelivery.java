package dev.homing.workflows.delivery;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that needs another attempt, as its workflow knows it: without payload, secret or URL.
 *
 * @param host of the receiver, shown to operators
 * @param schedule as it was when the workflow started; each attempt reads the subscription's again
 * @param timeout of one attempt, likewise
 * @param round for which the workflow was started; null if started by a version that did not name
 *     rounds
 */
public record WaitingDelivery(
    Tenant tenant,
    DeliveryId id,
    EventId eventId,
    String eventType,
    SubscriptionId subscriptionId,
    String host,
    RetrySchedule schedule,
    Duration timeout,
    @Nullable Integer round) {}
