package dev.homing.app.delivery;

import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.Deliveries;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.EventTypes;
import dev.homing.app.http.Page;
import dev.homing.app.http.Problem;
import dev.homing.app.http.Window;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Looking at deliveries, and acting on them. */
@RestController
@RequestMapping("/deliveries")
class DeliveryController {
  private final Deliveries deliveries;
  private final Events events;
  private final AttemptLog attempts;
  private final Wishes wishes;

  DeliveryController(Deliveries deliveries, Events events, AttemptLog attempts, Wishes wishes) {
    this.deliveries = deliveries;
    this.events = events;
    this.attempts = attempts;
    this.wishes = wishes;
  }

  @GetMapping
  Page<DeliveryView> list(
      @AuthenticationPrincipal Tenant tenant,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(required = false) @Nullable String subscription,
      @RequestParam(required = false) @Nullable String event,
      @RequestParam(required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable Instant since,
      @RequestParam(required = false) @Nullable Instant until,
      @RequestParam(required = false) @Nullable Integer limit,
      @RequestParam(required = false) @Nullable String cursor) {
    if (type != null && !EventTypes.isType(type)) {
      throw Problem.malformed("type must be an event type, like order.created");
    }
    Window window = Window.of(since, until, limit, cursor);
    var filter =
        new Deliveries.Filter(
            state == null ? null : state(state),
            subscription == null ? null : read("subscription", SubscriptionId::read, subscription),
            event == null ? null : read("event", EventId::read, event),
            type,
            window.from(),
            window.before());
    if (filter.state() == Delivery.State.PENDING && filter.event() == null) {
      throw Problem.malformed("state=pending needs event: only events know who is pending");
    }
    List<Delivery> found =
        filter.event() == null
            ? deliveries.list(tenant, filter, window.fetch())
            : ofEvent(tenant, filter.event(), filter, window);
    return window.page(found, delivery -> delivery.key().id().uuid()).map(DeliveryView::of);
  }

  /** All recipients of an event, those without a result included. */
  private List<Delivery> ofEvent(
      Tenant tenant, EventId id, Deliveries.Filter filter, Window window) {
    Events.Event event = events.find(tenant, id).orElse(null);
    if (event == null) {
      return List.of();
    }
    Map<SubscriptionId, Delivery> recorded =
        deliveries.of(tenant, id).stream()
            .collect(Collectors.toMap(d -> d.key().subscriptionId(), Function.identity()));
    return event.recipients().stream()
        .map(
            recipient -> {
              var key = new Delivery.Key(tenant, id, event.type(), recipient);
              return recorded.getOrDefault(recipient, Delivery.pending(key));
            })
        .filter(delivery -> matches(delivery, filter))
        .filter(delivery -> window.holds(delivery.key().id().uuid()))
        .sorted((one, other) -> Window.compare(other.key().id().uuid(), one.key().id().uuid()))
        .limit(window.fetch())
        .toList();
  }

  private static boolean matches(Delivery delivery, Deliveries.Filter filter) {
    return (filter.state() == null || filter.state() == delivery.state())
        && (filter.subscription() == null
            || filter.subscription().equals(delivery.key().subscriptionId()))
        && (filter.eventType() == null || filter.eventType().equals(delivery.key().eventType()));
  }

  @GetMapping("/{id}")
  DeliveryView get(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return view(tenant, wishes.find(tenant, id));
  }

  /** Now: whether it waits or is over. */
  @PostMapping("/{id}/retry")
  ResponseEntity<DeliveryView> retry(
      @AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return ResponseEntity.accepted().body(view(tenant, wishes.retry(tenant, id)));
  }

  /** No more attempts. */
  @PostMapping("/{id}/cancel")
  DeliveryView cancel(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return view(tenant, wishes.cancel(tenant, id));
  }

  private DeliveryView view(Tenant tenant, Delivery delivery) {
    return DeliveryView.of(delivery, attempts.of(tenant, delivery.key().id()));
  }

  private static Delivery.State state(String word) {
    try {
      return Delivery.State.of(word);
    } catch (IllegalArgumentException unknown) {
      throw Problem.malformed(
          "state must be one of "
              + Arrays.stream(Delivery.State.values())
                  .map(Delivery.State::word)
                  .collect(Collectors.joining(", ")));
    }
  }

  private static <T> T read(String parameter, Function<String, Optional<T>> reader, String text) {
    return reader
        .apply(text)
        .orElseThrow(() -> Problem.malformed(parameter + " must be an id as the API gives it"));
  }
}
