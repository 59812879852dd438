package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.routing.EventTypes;
import dev.homing.app.http.ListRequest;
import dev.homing.app.http.OrderedBy;
import dev.homing.app.http.Page;
import dev.homing.app.http.Problem;
import dev.homing.workflows.EventId;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.Arrays;
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
  private final DeliveryList deliveries;
  private final RecordedAttempts attempts;
  private final DeliveryActions wishes;

  DeliveryController(DeliveryList deliveries, RecordedAttempts attempts, DeliveryActions wishes) {
    this.deliveries = deliveries;
    this.attempts = attempts;
    this.wishes = wishes;
  }

  /** Newest event first, or in the order in which they change. */
  @GetMapping
  Page<DeliveryView> list(
      @AuthenticationPrincipal Tenant tenant,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(name = "subscription_id", required = false) @Nullable String subscription,
      @RequestParam(name = "event_id", required = false) @Nullable String event,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      @OrderedBy("updated_at") ListRequest request) {
    if (type != null && !EventTypes.isType(type)) {
      throw Problem.malformed("event_type must be an event type, like order.created");
    }
    var filter =
        new DeliveryList.Filter(
            state == null ? null : state(state),
            subscription == null
                ? null
                : read("subscription_id", SubscriptionId::read, subscription),
            event == null ? null : read("event_id", EventId::read, event),
            type,
            request.from(),
            request.isByChange() ? request.until() : request.before());
    if (request.isByChange()) {
      return changed(tenant, filter, request);
    }
    return request
        .page(
            deliveries.newest(tenant, filter, request.fetch()),
            delivery -> delivery.key().id().uuid())
        .map(DeliveryView::of);
  }

  private Page<DeliveryView> changed(
      Tenant tenant, DeliveryList.Filter filter, ListRequest request) {
    if (filter.state() == Delivery.State.PENDING) {
      throw Problem.malformed(
          "state=pending has no order=updated_at: a delivery appears with its first result");
    }
    return request
        .changes(
            deliveries.changed(tenant, filter, request.after(), request.fetch()),
            DeliveryList.Changed::change)
        .map(changed -> DeliveryView.of(changed.delivery()));
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
