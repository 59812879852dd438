package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.OrderedBy;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.Tenant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows, retries and cancels deliveries. */
@RestController
@RequestMapping("/deliveries")
class DeliveryController {
  private final DeliveryList deliveries;
  private final RecordedAttempts attempts;
  private final DeliveryActions actions;

  DeliveryController(DeliveryList deliveries, RecordedAttempts attempts, DeliveryActions actions) {
    this.deliveries = deliveries;
    this.attempts = attempts;
    this.actions = actions;
  }

  /**
   * Lists deliveries, newest event first or in the order in which they change.
   *
   * @param state only deliveries in this state: {@code pending}, {@code retrying}, {@code held},
   *     {@code delivered}, {@code failed} or {@code cancelled}
   * @param subscription only deliveries to this subscription
   * @param event only deliveries of this event
   * @param type only deliveries of events of this type
   * @param outcome only deliveries whose last attempt came to this outcome
   */
  @GetMapping
  Page<DeliveryView> list(
      @AuthenticationPrincipal Tenant tenant,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(name = "subscription_id", required = false) @Nullable String subscription,
      @RequestParam(name = "event_id", required = false) @Nullable String event,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable String outcome,
      @OrderedBy("updated_at") ListRequest request) {
    DeliveryList.Filter filter = Filters.of(state, subscription, event, type, outcome, request);
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
          "state=pending cannot be combined with order=updated_at: a delivery appears there with"
              + " its first result");
    }
    return request
        .changes(deliveries.changed(tenant, filter, request.after(), request.fetch()))
        .map(DeliveryView::of);
  }

  /**
   * Shows a delivery with its attempts.
   *
   * @throws Problem 404: there is no such delivery
   */
  @GetMapping("/{id}")
  DeliveryView get(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return view(tenant, actions.find(tenant, id));
  }

  /**
   * Sends now, whether the delivery waits or has ended.
   *
   * @return 202: a new round is open, and its first attempt is due
   * @throws Problem 404: there is no such delivery; 409: the first attempt is still in progress, it
   *     waits for its turn, its payload has expired, or its subscription takes no deliveries
   */
  @PostMapping("/{id}/retry")
  ResponseEntity<DeliveryView> retry(
      @AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return ResponseEntity.accepted().body(view(tenant, actions.retry(tenant, id)));
  }

  /**
   * Ends a delivery without further attempts.
   *
   * @throws Problem 404: there is no such delivery; 409: it is delivered or failed already
   */
  @PostMapping("/{id}/cancel")
  DeliveryView cancel(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    return view(tenant, actions.cancel(tenant, id));
  }

  private DeliveryView view(Tenant tenant, Delivery delivery) {
    return DeliveryView.of(delivery, attempts.of(tenant, delivery.key().id()));
  }
}
