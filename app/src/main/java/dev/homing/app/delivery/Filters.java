package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.routing.EventTypes;
import dev.homing.app.list.ListRequest;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.delivery.Outcome;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parses the filters of lists of deliveries; a problem names one that is not valid. */
final class Filters {
  private Filters() {}

  static DeliveryList.Filter of(
      @Nullable String state,
      @Nullable String subscription,
      @Nullable String event,
      @Nullable String type,
      @Nullable String outcome,
      ListRequest request) {
    if (type != null && !EventTypes.isType(type)) {
      throw Problem.malformed("event_type must be an event type, like order.created");
    }
    return new DeliveryList.Filter(
        state == null ? null : state(state),
        subscription == null ? null : read("subscription_id", SubscriptionId::read, subscription),
        event == null ? null : read("event_id", EventId::read, event),
        type,
        outcome == null ? null : outcome(outcome),
        request.from(),
        request.isByChange() ? request.until() : request.before());
  }

  private static Delivery.State state(String word) {
    return Arrays.stream(Delivery.State.values())
        .filter(state -> state.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.malformed(
                    "state must be one of "
                        + Arrays.stream(Delivery.State.values())
                            .map(Delivery.State::word)
                            .collect(Collectors.joining(", "))));
  }

  private static String outcome(String word) {
    if (!Outcome.words().contains(word)) {
      throw Problem.malformed("outcome must be one of " + String.join(", ", Outcome.words()));
    }
    return word;
  }

  private static <T> T read(String parameter, Function<String, Optional<T>> reader, String text) {
    return reader
        .apply(text)
        .orElseThrow(() -> Problem.malformed(parameter + " must be an id returned by the API"));
  }
}
