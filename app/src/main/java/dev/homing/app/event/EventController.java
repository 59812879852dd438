package dev.homing.app.event;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.event.Acceptance;
import dev.homing.activities.event.Events;
import dev.homing.activities.event.SharedWorkflows;
import dev.homing.activities.routing.EventTypes;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.OrderedBy;
import dev.homing.app.list.Page;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.EventId;
import dev.homing.workflows.Tenant;
import dev.homing.workflows.event.AcceptedEvent;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Publishes events, and shows them. */
@RestController
class EventController {
  private final Publisher publisher;
  private final Events events;
  private final SharedWorkflows workflows;
  private final DeliveryList deliveryList;

  EventController(
      Publisher publisher, Events events, SharedWorkflows workflows, DeliveryList deliveryList) {
    this.publisher = publisher;
    this.events = events;
    this.workflows = workflows;
    this.deliveryList = deliveryList;
  }

  /**
   * Publishes an event; the body is the payload, stored and delivered byte for byte.
   *
   * @param type of the event, like {@code order.created}
   * @return 202: the event is committed, and is attempted for each of its recipients
   * @throws Problem 409: a request with the same key is still in progress; 422: the event type is
   *     not valid or begins with {@code homing.}, or a key was used for something else; 508: the
   *     event came through Homing more than three times
   */
  @PostMapping("/webhooks/{type}")
  ResponseEntity<Receipt> publish(
      @AuthenticationPrincipal Tenant tenant, @PathVariable String type, HttpServletRequest request)
      throws IOException {
    if (!EventTypes.isType(type)) {
      throw Problem.invalid(
          "event_type",
          "must be segments of letters, digits, _ and - with dots between, at most %d characters"
              .formatted(EventTypes.MAX_LENGTH));
    }
    if (EventTypes.isOwn(type)) {
      throw Problem.invalid("event_type", Publisher.RESERVED_TYPE);
    }
    String contentType = contentType(request);
    RequestKeys keys = RequestKeys.of(request);
    int hops = Hops.of(request);
    byte[] payload = request.getInputStream().readAllBytes();
    return switch (publisher.publish(tenant, type, contentType, payload, keys, hops)) {
      case Acceptance.New(var lease, _) -> accepted(lease.event()).body(Receipt.of(lease.event()));
      case Acceptance.Repeated(var event) ->
          accepted(event).header("Idempotent-Replayed", "true").body(Receipt.of(event));
      case Acceptance.Conflicting(var kind) -> throw Problem.reusedKey(RequestKeys.header(kind));
    };
  }

  private static ResponseEntity.BodyBuilder accepted(AcceptedEvent event) {
    return ResponseEntity.accepted().location(URI.create("/events/" + event.id()));
  }

  /** The Content-Type exactly as sent, if it can be sent on to receivers. */
  private static String contentType(HttpServletRequest request) {
    List<String> all = Collections.list(request.getHeaders(HttpHeaders.CONTENT_TYPE));
    if (all.isEmpty()) {
      return MediaType.APPLICATION_JSON_VALUE;
    }
    if (all.size() > 1) {
      throw Problem.malformed("Send Content-Type once.");
    }
    String given = all.getFirst();
    boolean ascii = given.chars().allMatch(character -> character >= ' ' && character < 0x7f);
    if (!ascii || !isMediaType(given)) {
      throw Problem.unsupported("Content-Type must be like application/json; charset=utf-8.");
    }
    return given;
  }

  private static boolean isMediaType(String text) {
    try {
      return MediaType.parseMediaType(text).isConcrete();
    } catch (InvalidMediaTypeException malformed) {
      return false;
    }
  }

  /**
   * The event is committed: it will be attempted for each of its recipients.
   *
   * @param recipients the number of subscriptions that matched; zero: it is sent nowhere
   */
  record Receipt(EventId id, String eventType, int recipients) {
    static Receipt of(AcceptedEvent event) {
      return new Receipt(event.id(), event.type(), event.recipients());
    }
  }

  /**
   * Lists events, newest first or in the order in which they appear.
   *
   * @param type only events of this type
   */
  @GetMapping("/events")
  Page<EventView> list(
      @AuthenticationPrincipal Tenant tenant,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      @OrderedBy("accepted_at") ListRequest request) {
    if (type != null && !EventTypes.isType(type)) {
      throw Problem.malformed("event_type must be an event type, like order.created");
    }
    return views(
        tenant,
        request.isByChange() ? appeared(tenant, type, request) : newest(tenant, type, request));
  }

  private Page<Events.Event> newest(Tenant tenant, @Nullable String type, ListRequest request) {
    return request.page(
        events.newest(
            new Events.Filter(tenant, type, request.from(), request.before()), request.fetch()),
        event -> event.id().uuid());
  }

  private Page<Events.Event> appeared(Tenant tenant, @Nullable String type, ListRequest request) {
    return request.changes(
        events.appeared(
            new Events.Filter(tenant, type, request.from(), request.until()),
            request.after(),
            request.fetch()));
  }

  private Page<EventView> views(Tenant tenant, Page<Events.Event> page) {
    Map<EventId, String> workflowIds =
        workflows.ids(tenant, page.items().stream().map(Events.Event::id).toList());
    return page.map(event -> view(event, workflowIds, null));
  }

  /**
   * Shows an event, and how many of its deliveries are in which state.
   *
   * @throws Problem 404: there is no such event
   */
  @GetMapping("/events/{id}")
  EventView get(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    Events.Event event = find(tenant, id);
    return view(event, workflows.ids(tenant, List.of(event.id())), counts(event));
  }

  /**
   * Returns the exact bytes that the client sent, as a download: browsers must not render them.
   *
   * @return 200: the payload, with the Content-Type of its event
   * @throws Problem 404: there is no such event, or its payload has expired
   */
  @GetMapping("/events/{id}/payload")
  ResponseEntity<byte[]> payload(@AuthenticationPrincipal Tenant tenant, @PathVariable String id) {
    Events.Event event = find(tenant, id);
    byte[] payload =
        events
            .payload(tenant, event.id())
            .orElseThrow(() -> Problem.expired("payload of event", id));
    return ResponseEntity.ok()
        .header(HttpHeaders.CONTENT_TYPE, event.contentType())
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            ContentDisposition.attachment().filename(event.id().toString()).build().toString())
        .header("X-Content-Type-Options", "nosniff")
        .body(payload);
  }

  Events.Event find(Tenant tenant, String id) {
    return EventId.read(id)
        .flatMap(known -> events.find(tenant, known))
        .orElseThrow(() -> Problem.notFound("event", id));
  }

  private Map<String, Long> counts(Events.Event event) {
    Map<Delivery.State, Long> recorded = deliveryList.counts(event.tenant(), event.id());
    long pending =
        event.recipients().size() - recorded.values().stream().mapToLong(Long::longValue).sum();
    Map<String, Long> counts = new TreeMap<>();
    for (Delivery.State state : Delivery.State.values()) {
      counts.put(
          state.word(),
          state == Delivery.State.PENDING ? pending : recorded.getOrDefault(state, 0L));
    }
    return counts;
  }

  private static EventView view(
      Events.Event event, Map<EventId, String> workflowIds, @Nullable Map<String, Long> counts) {
    return new EventView(
        event.id(),
        event.externalId(),
        event.orderingKey(),
        event.type(),
        event.contentType(),
        event.id().acceptedAt(),
        event.recipients().size(),
        requireNonNull(workflowIds.get(event.id())),
        counts);
  }

  /**
   * An event as the API shows it.
   *
   * @param eventType as it was published, like {@code order.created}
   * @param acceptedAt when it was committed
   * @param recipients the number of subscriptions that matched
   * @param externalId the client's own name for it, if it gave one
   * @param orderingKey ordered subscriptions receive events with the same key one after the other
   * @param workflowId the id in Temporal's Web UI and CLI; other events may share it
   * @param deliveries the number of deliveries in each state; null in lists
   */
  record EventView(
      EventId id,
      @Nullable String externalId,
      @Nullable String orderingKey,
      String eventType,
      String contentType,
      Instant acceptedAt,
      int recipients,
      String workflowId,
      @Nullable Map<String, Long> deliveries) {}
}
