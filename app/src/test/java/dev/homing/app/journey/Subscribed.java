package dev.homing.app.journey;

import java.util.List;
import java.util.stream.Stream;

/**
 * A subscription with an event type of its own, so that it gets no events of other tests.
 *
 * @param id of the subscription
 */
public record Subscribed(Api api, String id, String type) {
  public String path() {
    return "/subscriptions/" + id;
  }

  /** Publishes an event of its type, and returns the event's id. */
  public String trigger() {
    return api.trigger(type);
  }

  /** Publishes so many events one after another, and returns their ids in this order. */
  public List<String> trigger(int count) {
    return Stream.generate(this::trigger).limit(count).toList();
  }

  /** Publishes an event of its type, and returns the delivery's id. */
  public String newDelivery() {
    return api.deliveryId(trigger());
  }

  /** The same, once the delivery is in this state. */
  public String newDelivery(String state) {
    String delivery = newDelivery();
    api.await(delivery, state);
    return delivery;
  }
}
