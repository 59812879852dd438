package dev.homing.activities.lane;

import dev.homing.activities.outbound.WebhookRequest;
import dev.homing.activities.subscription.Receiver;
import dev.homing.workflows.event.AcceptedEvent;
import org.jspecify.annotations.Nullable;

/**
 * The content that every recipient of an event is sent.
 *
 * @param orderingKey ordered subscriptions receive events with the same key one after the other;
 *     null: it has none
 * @param hops deliveries by Homing through which the event came here
 */
@SuppressWarnings("ArrayRecordComponent")
public record Content(
    AcceptedEvent event,
    String contentType,
    byte[] payload,
    @Nullable String orderingKey,
    int hops) {

  /** The request of the first attempt. */
  WebhookRequest firstRequest(Receiver receiver) {
    return WebhookRequest.to(receiver, 1, event.id(), contentType, payload, hops);
  }

  /** Omits the payload: it is the client's, and may hold anything. */
  @Override
  public String toString() {
    return "Content[%s, %d bytes]".formatted(event, payload.length);
  }
}
