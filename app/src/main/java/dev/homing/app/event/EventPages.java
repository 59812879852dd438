package dev.homing.app.event;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.routing.EventTypes;
import dev.homing.app.delivery.DeliveryRows;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Payload;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.page.WorkflowLinks;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The pages about events. */
@RestController
@RequestMapping("/ui/events")
class EventPages {
  /** Recipients that the page of an event shows. */
  private static final int MAX_RECIPIENTS = 100;

  private final EventController api;
  private final Events events;
  private final DeliveryList deliveries;
  private final DeliveryRows rows;
  private final SharedWorkflows shared;
  private final WorkflowLinks workflows;
  private final Templates templates;

  EventPages(
      EventController api,
      Events events,
      DeliveryList deliveries,
      DeliveryRows rows,
      SharedWorkflows shared,
      WorkflowLinks workflows,
      Templates templates) {
    this.api = api;
    this.events = events;
    this.deliveries = deliveries;
    this.rows = rows;
    this.shared = shared;
    this.workflows = workflows;
    this.templates = templates;
  }

  /** A row of the list. */
  record Row(String id, String type, String externalId, int recipients, Instant at) {
    static Row of(Events.Event event) {
      return new Row(
          event.id().toString(),
          event.type(),
          Text.visible(event.externalId()),
          event.recipients().size(),
          event.id().acceptedAt());
    }
  }

  /** What the list shows; a null type matches all, and so does an empty time. */
  record ListModel(
      Visit visit,
      List<Row> rows,
      @Nullable String next,
      @Nullable String type,
      String since,
      String until) {
    boolean isFiltered() {
      return type != null || !since.isEmpty() || !until.isEmpty();
    }
  }

  @GetMapping
  ResponseEntity<byte[]> list(
      Visit visit,
      HttpServletRequest request,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      ListRequest asked) {
    if (type != null && !EventTypes.isType(type)) {
      throw Problem.malformed("event_type must be an event type, like order.created");
    }
    Page<Row> page =
        asked
            .page(
                events.newest(
                    new Events.Filter(visit.tenant(), type, asked.from(), asked.before()),
                    asked.fetch()),
                event -> event.id().uuid())
            .map(Row::of);
    return templates.page(
        request,
        "event/list.jte",
        new ListModel(
            visit,
            page.items(),
            page.nextCursor(),
            type,
            Text.picked(request.getParameter("since")),
            Text.picked(request.getParameter("until"))));
  }

  /**
   * What the page of an event shows.
   *
   * @param failed how many of its deliveries were given up
   * @param payload null once it has expired
   * @param workflowId null: a customer looks
   */
  record OneModel(
      Visit visit,
      Events.Event event,
      Instant at,
      List<DeliveryRows.Row> rows,
      long failed,
      @Nullable Payload payload,
      @Nullable String workflow,
      @Nullable String workflowId) {
    boolean mayRetryFailed() {
      return failed > 0 && payload != null && visit.mayManage();
    }

    /** The question before those given up are sent again. */
    String retryFailed() {
      return visit.link("/ui/deliveries/bulk?action=retry&state=failed&event_id=" + event.id());
    }

    boolean isCut() {
      return event.recipients().size() > rows.size();
    }

    String externalId() {
      return Text.visible(event.externalId());
    }

    String orderingKey() {
      return Text.visible(event.orderingKey());
    }
  }

  @GetMapping("/{id}")
  ResponseEntity<byte[]> get(Visit visit, HttpServletRequest request, @PathVariable String id) {
    Tenant tenant = visit.tenant();
    Events.Event event = api.find(tenant, id);
    String workflowId =
        shared.ids(tenant, List.of(event.id())).getOrDefault(event.id(), event.id().toString());
    return templates.page(
        request,
        "event/one.jte",
        new OneModel(
            visit,
            event,
            event.id().acceptedAt(),
            rows.of(tenant, deliveries.newest(tenant, ofEvent(event.id()), MAX_RECIPIENTS).items()),
            deliveries.counts(tenant, event.id()).getOrDefault(Delivery.State.FAILED, 0L),
            events.payload(tenant, event.id()).map(Payload::of).orElse(null),
            workflows.of(visit, workflowId),
            visit.customer() == null ? workflowId : null));
  }

  private static DeliveryList.Filter ofEvent(EventId event) {
    return new DeliveryList.Filter(
        null, null, event, null, null, BoundedList.FIRST, BoundedList.LAST);
  }

  @GetMapping("/{id}/payload")
  ResponseEntity<byte[]> payload(Visit visit, @PathVariable String id) {
    return api.payload(visit.tenant(), id);
  }
}
