package dev.homing.workflows;

import dev.homing.workflows.delivery.RetrySchedule;
import dev.homing.workflows.delivery.WaitingDelivery;
import dev.homing.workflows.event.AcceptedEvent;
import java.time.Duration;
import java.util.UUID;

/** Sample events and deliveries. */
public final class Samples {
  /** The default schedule: its last attempt comes after 3.4 days. */
  public static final RetrySchedule SCHEDULE =
      new RetrySchedule(20, Duration.ofSeconds(5), Duration.ofHours(12));

  private Samples() {}

  public static AcceptedEvent event() {
    return new AcceptedEvent(
        Tenant.DEFAULT,
        new EventId(UUID.fromString("01920000-0000-7000-8000-000000000001")),
        "order.created",
        3);
  }

  public static SubscriptionId subscription(int number) {
    return new SubscriptionId(new UUID(0x0192_0000_0000_7000L, number));
  }

  public static WaitingDelivery delivery(int number) {
    AcceptedEvent event = event();
    SubscriptionId subscription = subscription(number);
    return new WaitingDelivery(
        event.tenant(),
        DeliveryId.of(event.id(), subscription),
        event.id(),
        event.type(),
        subscription,
        "api.example.com",
        SCHEDULE,
        Duration.ofSeconds(15),
        1);
  }
}
