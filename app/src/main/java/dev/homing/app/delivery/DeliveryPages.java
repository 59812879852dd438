package dev.homing.app.delivery;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.delivery.RecordedAttempt;
import dev.homing.activities.delivery.RecordedAttempts;
import dev.homing.activities.event.Events;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
  private final WorkflowLinks workflows;
  private final Templates templates;

  DeliveryPages(
      DeliveryList list,
      DeliveryRows rows,
      DeliveryActions actions,
      RecordedAttempts attempts,
      Events events,
      Subscriptions subscriptions,
      WorkflowLinks workflows,
      Templates templates) {
    this.list = list;
    this.rows = rows;
    this.actions = actions;
    this.attempts = attempts;
    this.events = events;
    this.subscriptions = subscriptions;
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
      String since,
      String until) {
    boolean mayChangeMany() {
      return visit.mayManage() && visit.seesAll();
    }

    /** Whether all that match may be sent again: afterwards they match no longer. */
    boolean mayRetryAll() {
      return mayChangeMany() && !rows.isEmpty() && isIn("failed", "cancelled");
    }

    boolean mayCancelAll() {
      return mayChangeMany() && !rows.isEmpty() && isIn("retrying", "held");
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
      ListRequest asked) {
    Tenant tenant = visit.tenant();
    Page<Delivery> page =
        asked.page(
            list.newest(
                tenant,
                Filters.of(state, subscription, event, type, outcome, asked),
                asked.fetch()),
            delivery -> delivery.key().id().uuid());
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
            Text.picked(request.getParameter("since")),
            Text.picked(request.getParameter("until"))));
  }

  /**
   * An attempt as the page shows it.
   *
   * @param brief what came back
   * @param url what was called, without its query; empty if it delivered, or is not known
   * @param address the IP address that was called; empty if it delivered, or is not known
   * @param body the start of the answer; null: none was kept
   */
  record Attempt(
      int number,
      int round,
      String outcome,
      String brief,
      String tone,
      Instant at,
      String took,
      String error,
      String url,
      String address,
      @Nullable Payload body,
      Map<String, String> headers,
      String advice) {

    static Attempt of(RecordedAttempt attempt) {
      byte[] body = attempt.responseBody();
      Map<String, String> headers = new TreeMap<>();
      attempt
          .responseHeaders()
          .forEach((name, value) -> headers.put(Text.visible(name), Text.visible(value)));
      boolean delivered = attempt.outcome().equals("delivered");
      return new Attempt(
          attempt.number(),
          attempt.round(),
          attempt.outcome(),
          Outcomes.brief(attempt.outcome(), attempt.statusCode()),
          delivered ? "good" : "bad",
          attempt.startedAt(),
          Text.millis(attempt.tookMillis()),
          Text.visible(attempt.error()),
          Text.visible(attempt.url()),
          Text.visible(attempt.address()),
          body == null || body.length == 0 ? null : readable(body),
          headers,
          delivered ? "" : Outcomes.advice(attempt.outcome(), attempt.statusCode()));
    }

    /** Bytes that are not UTF-8 are replaced, as in the API. */
    private static Payload readable(byte[] body) {
      return Payload.of(new String(body, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** What the page of a delivery shows; the payload is null once it has expired. */
  record OneModel(
      Visit visit,
      DeliveryRows.Row row,
      Delivery delivery,
      Explanation explanation,
      List<Attempt> attempts,
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
    Optional<Subscription> subscription =
        Optional.ofNullable(subscriptions.findAll(tenant, List.of(receiver)).get(receiver));
    Optional<Events.Event> event = events.find(tenant, delivery.key().eventId());
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
            Explanation.of(delivery, recorded),
            recorded.stream().map(Attempt::of).toList(),
            subscription.map(found -> Text.visible(found.terms().url())).orElse(""),
            event.orElse(null),
            payload,
            event
                .flatMap(
                    of ->
                        subscription.map(
                            found ->
                                Curl.of(
                                    of,
                                    found.terms(),
                                    payload == null || payload.isCut() ? null : payload.raw())))
                .map(Text::visible)
                .orElse(null),
            workflows.of(visit, workflowId),
            workflowId));
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
