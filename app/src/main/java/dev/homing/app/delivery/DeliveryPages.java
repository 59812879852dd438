package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.delivery.RecordedAttempt;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Receivers;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Outcomes;
import dev.homing.app.page.Payload;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.page.WorkflowLinks;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.delivery.Outcome;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The pages about deliveries. */
@RestController
@RequestMapping("/ui/deliveries")
class DeliveryPages {
  private final DeliveryList list;
  private final DeliveryRows rows;
  private final DeliveryActions actions;
  private final RecordedAttempts attempts;
  private final Events events;
  private final Subscriptions subscriptions;
  private final Receivers receivers;
  private final WorkflowLinks workflows;
  private final Templates templates;

  DeliveryPages(
      DeliveryList list,
      DeliveryRows rows,
      DeliveryActions actions,
      RecordedAttempts attempts,
      Events events,
      Subscriptions subscriptions,
      Receivers receivers,
      WorkflowLinks workflows,
      Templates templates) {
    this.list = list;
    this.rows = rows;
    this.actions = actions;
    this.attempts = attempts;
    this.events = events;
    this.subscriptions = subscriptions;
    this.receivers = receivers;
    this.workflows = workflows;
    this.templates = templates;
  }

  /** What the list shows; null filters match all. */
  record ListModel(
      Visit visit,
      List<DeliveryRows.Row> rows,
      @Nullable String next,
      @Nullable String state,
      @Nullable String subscription,
      @Nullable String event,
      @Nullable String type,
      @Nullable String outcome,
      @Nullable Instant changedSince,
      String since,
      String until) {
    boolean mayChangeMany() {
      return visit.mayManage() && visit.seesAll();
    }

    /** Whether all that match may be sent now. */
    boolean mayRetryAll() {
      return mayChangeMany()
          && !rows.isEmpty()
          && isIn("failed", "cancelled", "retrying", PageFilter.WAITING);
    }

    boolean mayCancelAll() {
      return mayChangeMany() && !rows.isEmpty() && isIn("retrying", "held", PageFilter.WAITING);
    }

    private boolean isIn(String... states) {
      return state != null && List.of(states).contains(state);
    }

    /** The words for outcomes, with what they mean. */
    Map<String, String> outcomes() {
      return Outcome.words().stream()
          .collect(
              Collectors.toMap(
                  Function.identity(), Outcomes::brief, (one, _) -> one, LinkedHashMap::new));
    }
  }

  @GetMapping
  ResponseEntity<byte[]> list(
      Visit visit,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(name = "subscription_id", required = false) @Nullable String subscription,
      @RequestParam(name = "event_id", required = false) @Nullable String event,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable String outcome,
      @RequestParam(name = "changed_since", required = false) @Nullable String changedSince,
      ListRequest asked) {
    Tenant tenant = visit.tenant();
    PageFilter filter =
        PageFilter.of(state, subscription, event, type, outcome, changedSince, asked);
    Page<Delivery> page =
        asked.page(
            filter.newest(list, tenant, asked.fetch()), delivery -> delivery.key().id().uuid());
    return templates.page(
        request,
        "delivery/list.jte",
        new ListModel(
            visit,
            rows.of(tenant, page.items()),
            page.nextCursor(),
            state,
            subscription,
            event,
            type,
            outcome,
            filter.changedSince(),
            Text.picked(request.getParameter("since")),
            Text.picked(request.getParameter("until"))));
  }

  /**
   * What the page of a delivery shows.
   *
   * @param payload null once it has expired
   * @param workflowId null: there is none, or a customer looks
   */
  record OneModel(
      Visit visit,
      DeliveryRows.Row row,
      Delivery delivery,
      Explanation explanation,
      ScheduleProgress progress,
      List<ShownAttempt> attempts,
      String url,
      Events.@Nullable Event event,
      @Nullable Payload payload,
      @Nullable String curl,
      @Nullable String workflow,
      @Nullable String workflowId) {
    boolean mayRetry() {
      return visit.mayManage()
          && delivery.state() != Delivery.State.PENDING
          && delivery.reason() != Delivery.Reason.IN_ORDER
          && delivery.reason() != Delivery.Reason.SUBSCRIPTION_DELETED
          && payload != null;
    }

    boolean mayCancel() {
      return visit.mayManage() && !delivery.state().isOver();
    }

    String retryWord() {
      return delivery.state() == Delivery.State.DELIVERED ? "Send again" : "Retry now";
    }
  }

  @GetMapping("/{id}")
  ResponseEntity<byte[]> get(Visit visit, HttpServletRequest request, @PathVariable String id) {
    Tenant tenant = visit.tenant();
    Delivery delivery = actions.find(tenant, id);
    List<RecordedAttempt> recorded = attempts.of(tenant, delivery.key().id());
    SubscriptionId receiver = delivery.key().subscriptionId();
    Subscription subscription = subscriptions.findAll(tenant, List.of(receiver)).get(receiver);
    Terms terms = subscription == null ? null : subscription.terms();
    Optional<Events.Event> event = events.find(tenant, delivery.key().eventId());
    String orderingKey = event.map(Events.Event::orderingKey).orElse(null);
    Optional<byte[]> bytes = events.payload(tenant, delivery.key().eventId());
    Payload payload = bytes.map(Payload::of).orElse(null);
    String workflowId = DeliveryView.of(delivery).workflowId();
    return templates.page(
        request,
        "delivery/one.jte",
        new OneModel(
            visit,
            rows.of(tenant, List.of(delivery)).getFirst(),
            delivery,
            Explanation.of(delivery, recorded, visit.customer() != null),
            receivers
                .find(tenant, receiver)
                .map(found -> ScheduleProgress.of(delivery, recorded, found, orderingKey))
                .orElse(ScheduleProgress.NONE),
            recorded.stream()
                .map(each -> ShownAttempt.of(each, event.orElse(null), terms))
                .toList(),
            terms == null ? "" : Text.visible(terms.url()),
            event.orElse(null),
            payload,
            event.isEmpty() || terms == null
                ? null
                : Text.visible(
                    Curl.of(
                        event.get(),
                        terms,
                        Math.max(1, delivery.attemptCount()),
                        payload == null || payload.isCut() ? null : payload.raw())),
            workflows.of(visit, workflowId),
            visit.customer() == null ? workflowId : null));
  }

  @PostMapping("/{id}/retry")
  ResponseEntity<byte[]> retry(Visit visit, @PathVariable String id) {
    actions.retry(visit.tenant(), id);
    return Templates.see(visit.after("/ui/deliveries/" + id, "retried"));
  }

  @PostMapping("/{id}/cancel")
  ResponseEntity<byte[]> cancel(Visit visit, @PathVariable String id) {
    actions.cancel(visit.tenant(), id);
    return Templates.see(visit.after("/ui/deliveries/" + id, "cancelled"));
  }
}
