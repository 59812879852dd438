package dev.homing.app.subscription.page;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.standing.StandingList;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.SubscriptionList;
import dev.homing.activities.subscription.SubscriptionList.NotEnabled;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.activities.subscription.Terms;
import dev.homing.app.list.ListRequest;
import dev.homing.app.list.Page;
import dev.homing.app.page.Health;
import dev.homing.app.page.Healths;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.problem.Problem;
import dev.homing.app.statistics.Chart;
import dev.homing.app.statistics.Numbers;
import dev.homing.app.statistics.Span;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The page that lists subscriptions, and how their receivers do. */
@RestController
@RequestMapping("/ui/subscriptions")
class SubscriptionListPage {
  private static final int SHOWN_TYPES = 2;

  /** Receivers in trouble that are looked at: these are shown on one page. */
  private static final int MOST_FAILING = 250;

  private static final String FAILING = "failing";

  private final SubscriptionList list;
  private final Subscriptions subscriptions;
  private final StandingList standings;
  private final FailingSubscriptions failing;
  private final Healths healths;
  private final Numbers numbers;
  private final Templates templates;

  SubscriptionListPage(
      SubscriptionList list,
      Subscriptions subscriptions,
      StandingList standings,
      FailingSubscriptions failing,
      Healths healths,
      Numbers numbers,
      Templates templates) {
    this.list = list;
    this.subscriptions = subscriptions;
    this.standings = standings;
    this.failing = failing;
    this.healths = healths;
    this.numbers = numbers;
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
  record Model(
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
        FAILING.equals(state)
            ? new Page<>(failing(visit.tenant(), text, type), null)
            : asked.page(
                list.newest(filter(visit.tenant(), state, text, type, asked), asked.fetch()),
                subscription -> subscription.id().uuid());
    return templates.page(
        request,
        "subscription/page/list.jte",
        new Model(
            visit,
            span,
            rows(visit.tenant(), page.items(), span != null),
            page.nextCursor(),
            state,
            text,
            type));
  }

  /**
   * Those that get deliveries, but whose receivers fail: found by how they do, as these few have
   * rows of their own, however many subscriptions there are. On one page, the longest first.
   */
  private List<Subscription> failing(Tenant tenant, @Nullable String text, @Nullable String type) {
    Set<SubscriptionId> ids =
        new LinkedHashSet<>(standings.inTrouble(tenant, MOST_FAILING).keySet());
    ids.addAll(failing.since(tenant, MOST_FAILING).keySet());
    Map<SubscriptionId, Subscription> found = subscriptions.findAll(tenant, ids);
    return ids.stream()
        .flatMap(id -> Stream.ofNullable(found.get(id)))
        .filter(each -> !each.isDeleted() && each.terms().enabled())
        .filter(each -> type == null || each.terms().eventTypes().contains(type))
        .filter(
            each ->
                text == null
                    || contains(each.terms().url(), text)
                    || contains(each.terms().description(), text))
        .limit(MOST_FAILING)
        .toList();
  }

  private static boolean contains(String whole, String part) {
    return whole.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
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
          default ->
              throw Problem.malformed("state must be one of active, failing, paused, disabled");
        },
        text,
        asked.from(),
        asked.before());
  }

  private List<Row> rows(Tenant tenant, List<Subscription> page, boolean withNumbers) {
    Map<SubscriptionId, Healths.Reading> readings = healths.of(tenant, page);
    Map<SubscriptionId, Chart> days =
        withNumbers
            ? numbers.charts(tenant, List.copyOf(readings.keySet())).orElse(Map.of())
            : Map.of();
    return page.stream()
        .map(
            subscription ->
                row(
                    subscription,
                    requireNonNull(readings.get(subscription.id())),
                    days.get(subscription.id())))
        .toList();
  }

  private static Row row(Subscription subscription, Healths.Reading reading, @Nullable Chart day) {
    Terms terms = subscription.terms();
    List<String> types = terms.eventTypes().stream().sorted().toList();
    return new Row(
        subscription.id().toString(),
        Text.place(terms.url()),
        Text.visible(terms.description()),
        types.subList(0, Math.min(SHOWN_TYPES, types.size())),
        Math.max(0, types.size() - SHOWN_TYPES),
        reading.health(),
        reading.waiting(),
        reading.oldest(),
        day);
  }
}
