package dev.homing.workflows.delivery;

import dev.homing.workflows.DeliveryId;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that needs another attempt: what its workflow needs to know, never its payload, its
 * secret or its URL.
 *
 * @param host of the receiver, for people
 * @param schedule as it was when the workflow started; the ledger reads the subscription's anew
 * @param timeout of one attempt, likewise
 * @param round for which its workflow was started; null: started before rounds were named
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
