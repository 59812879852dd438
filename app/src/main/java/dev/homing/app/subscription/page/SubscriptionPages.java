package dev.homing.app.subscription.page;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.standing.StandingList;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.activities.subscription.Order;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.subscription.SubscriptionList;
import dev.homing.activities.subscription.SubscriptionList.NotEnabled;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.delivery.DeliveryRows;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Health;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import dev.homing.app.statistics.Chart;
import dev.homing.app.statistics.Numbers;
import dev.homing.app.statistics.Span;
import dev.homing.app.subscription.SubscriptionRegistry;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The pages that show subscriptions, and how their receivers do. */
@RestController
@RequestMapping("/ui/subscriptions")
class SubscriptionPages {
  private static final int LAST_DELIVERIES = 20;
  private static final int SHOWN_TYPES = 2;
  private static final BacklogCounts.Size NOTHING = new BacklogCounts.Size(0, null);

  private final SubscriptionList list;
  private final SubscriptionRegistry registry;
  private final StandingList standings;
  private final FailingSubscriptions failing;
  private final BacklogCounts counts;
  private final DeliveryList deliveries;
  private final DeliveryRows rows;
  private final Numbers numbers;
  private final DeliverySettings settings;
  private final Templates templates;

  SubscriptionPages(
      SubscriptionList list,
      SubscriptionRegistry registry,
      StandingList standings,
      FailingSubscriptions failing,
      BacklogCounts counts,
      DeliveryList deliveries,
      DeliveryRows rows,
      Numbers numbers,
      DeliverySettings settings,
      Templates templates) {
    this.list = list;
    this.registry = registry;
    this.standings = standings;
    this.failing = failing;
    this.counts = counts;
    this.deliveries = deliveries;
    this.rows = rows;
    this.numbers = numbers;
    this.settings = settings;
    this.templates = templates;
  }

  /**
   * A row of the list.
   *
   * @param types the first few; {@code more} counts the others
   * @param waiting like {@code 1,000+}; empty: nothing waits
   * @param day attempts of 24 hours; null: none were made, or the numbers did not come
   */
  record Row(
      String id,
      String place,
      String description,
      List<String> types,
      int more,
      Health health,
      String waiting,
      @Nullable Instant oldest,
      @Nullable Chart day) {}

  /** What the list shows; null filters match all. */
  record ListModel(
      Visit visit,
      @Nullable Span numbers,
      List<Row> rows,
      @Nullable String next,
      @Nullable String state,
      @Nullable String text,
      @Nullable String type) {
    boolean isFiltered() {
      return state != null || text != null || type != null;
    }
  }

  @GetMapping
  ResponseEntity<byte[]> list(
      Visit visit,
      HttpServletRequest request,
      @RequestParam(required = false) @Nullable String state,
      @RequestParam(required = false) @Nullable String text,
      @RequestParam(name = "event_type", required = false) @Nullable String type,
      @RequestParam(required = false) @Nullable String numbers,
      ListRequest asked) {
    Span span = numbers == null ? null : Span.read(numbers);
    if (type != null && !EventTypes.isPattern(type)) {
      throw Problem.malformed("event_type must be an event type, like order.created or order.*");
    }
    Page<Subscription> page =
        asked.page(
            list.newest(filter(visit.tenant(), state, text, type, asked), asked.fetch()),
            subscription -> subscription.id().uuid());
    return templates.page(
        request,
        "subscription/page/list.jte",
        new ListModel(
            visit,
            span,
            rows(visit.tenant(), page.items(), span != null),
            page.nextCursor(),
            state,
            text,
            type));
  }

  private static SubscriptionList.Filter filter(
      Tenant tenant,
      @Nullable String state,
      @Nullable String text,
      @Nullable String type,
      ListRequest asked) {
    return new SubscriptionList.Filter(
        tenant,
        type,
        "active".equals(state) ? true : null,
        switch (state) {
          case null -> null;
          case "active" -> null;
          case "paused" -> NotEnabled.PAUSED;
          case "disabled" -> NotEnabled.DISABLED;
          default -> throw Problem.malformed("state must be one of active, paused, disabled");
        },
        text,
        asked.from(),
        asked.before());
  }

  private List<Row> rows(Tenant tenant, List<Subscription> page, boolean withNumbers) {
    List<SubscriptionId> ids = page.stream().map(Subscription::id).toList();
    Map<SubscriptionId, Standing> known = standings.of(tenant, ids);
    Map<SubscriptionId, BacklogCounts.Size> sizes = counts.waiting(tenant, ids);
    Map<SubscriptionId, Instant> since = failing.since(tenant, ids);
    Map<SubscriptionId, Chart> days =
        withNumbers ? numbers.charts(tenant, ids).orElse(Map.of()) : Map.of();
    return page.stream()
        .map(
            subscription ->
                row(
                    subscription,
                    Optional.ofNullable(known.get(subscription.id())),
                    sizes.getOrDefault(subscription.id(), NOTHING),
                    since.get(subscription.id()),
                    days.get(subscription.id())))
        .toList();
  }

  private static Row row(
      Subscription subscription,
      Optional<Standing> standing,
      BacklogCounts.Size waiting,
      @Nullable Instant failing,
      @Nullable Chart day) {
    Terms terms = subscription.terms();
    List<String> types = terms.eventTypes().stream().sorted().toList();
    return new Row(
        subscription.id().toString(),
        Text.visible(Text.place(terms.url())),
        Text.visible(terms.description()),
        types.subList(0, Math.min(SHOWN_TYPES, types.size())),
        Math.max(0, types.size() - SHOWN_TYPES),
        Health.of(subscription, standing, waiting, failing),
        waiting.waiting() == 0 ? "" : Text.number(waiting.waiting(), BacklogCounts.COUNTED_OF_EACH),
        waiting.oldest(),
        day);
  }

  /**
   * What the page of a subscription shows.
   *
   * @param retry the schedule in words
   * @param timeout of an attempt, in words
   * @param waiting like {@code 10,000+}
   * @param numbers how far back the numbers go; null: they are not asked for
   * @param chart null: it did not come in time
   */
  record OneModel(
      Visit visit,
      String id,
      Terms terms,
      Health health,
      String waiting,
      @Nullable Instant oldest,
      @Nullable Span numbers,
      @Nullable Chart chart,
      List<DeliveryRows.Row> last,
      String retry,
      String timeout,
      String order,
      @Nullable String publicKey,
      @Nullable Instant previousSecretUntil,
      Instant createdAt,
      Instant updatedAt) {
    String place() {
      return Text.visible(Text.place(terms.url()));
    }

    List<String> types() {
      return terms.eventTypes().stream().sorted().toList();
    }

    Map<String, String> headers() {
      Map<String, String> all = new TreeMap<>(terms.headers());
      terms.secretHeaders().keySet().forEach(name -> all.put(name, "•••"));
      return all;
    }
  }

  @GetMapping("/{id}")
  ResponseEntity<byte[]> get(
      Visit visit,
      HttpServletRequest request,
      @PathVariable String id,
      @RequestParam(name = "numbers", required = false) @Nullable String asked) {
    Tenant tenant = visit.tenant();
    Span span = asked == null ? null : Span.read(asked);
    Subscription found = registry.find(tenant, read(id));
    SubscriptionKey key = new SubscriptionKey(tenant, found.id());
    BacklogCounts.Size waiting = counts.waiting(key);
    Terms terms = found.terms();
    DeliveryList.Filter ofIt =
        new DeliveryList.Filter(
            null, found.id(), null, null, null, BoundedList.FIRST, BoundedList.LAST);
    return templates.page(
        request,
        "subscription/page/one.jte",
        new OneModel(
            visit,
            found.id().toString(),
            terms,
            Health.of(
                found,
                Optional.ofNullable(standings.of(tenant, List.of(found.id())).get(found.id())),
                waiting,
                failing.since(tenant, List.of(found.id())).get(found.id())),
            Text.number(waiting.waiting(), BacklogCounts.COUNTED),
            waiting.oldest(),
            span,
            span == null ? null : numbers.chart(tenant, found.id(), span).orElse(null),
            rows.of(tenant, deliveries.newest(tenant, ofIt, LAST_DELIVERIES).items()),
            schedule(terms.retry()),
            Text.duration(terms.timeout() == null ? settings.timeout() : terms.timeout()),
            order(terms.ordering()),
            found.publicKey(),
            found.previousSecretUntil(),
            found.createdAt(),
            found.updatedAt()));
  }

  private String schedule(Terms.Retry retry) {
    return "%d attempts, the second after %s, then twice as long each time, up to %s"
        .formatted(
            retry.maxAttempts() == null ? settings.maxAttempts() : retry.maxAttempts(),
            Text.duration(
                retry.initialInterval() == null
                    ? settings.initialInterval()
                    : retry.initialInterval()),
            Text.duration(
                retry.maxInterval() == null ? settings.maxInterval() : retry.maxInterval()));
  }

  private static String order(Terms.Ordering ordering) {
    if (!ordering.ordered()) {
      return "as they come";
    }
    return ordering.onFailure() == Order.OnFailure.SKIP
        ? "one after the other by ordering key; one that fails is skipped"
        : "one after the other by ordering key; one that fails blocks the others";
  }

  static SubscriptionId read(String text) {
    return SubscriptionId.read(text).orElseThrow(() -> Problem.notFound("subscription", text));
  }
}
