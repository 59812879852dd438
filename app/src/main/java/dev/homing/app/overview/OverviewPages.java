package dev.homing.app.overview;

import static java.util.Objects.requireNonNull;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.event.Events;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.list.BoundedList;
import dev.homing.activities.standing.StandingList;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.app.delivery.DeliveryRows;
import dev.homing.app.page.Healths;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import dev.homing.app.statistics.Chart;
import dev.homing.app.statistics.Numbers;
import dev.homing.app.statistics.Span;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * The overview of a tenant: what needs attention comes first; on the first run, the first steps.
 */
@RestController
class OverviewPages {
  private static final int MOST_RECEIVERS = 10;
  private static final int MOST_GIVEN_UP = 6;
  private static final Duration LATELY = Duration.ofDays(1);
  private static final Comparator<Need> MOST_URGENT_FIRST =
      Comparator.comparing((Need need) -> !need.reading().health().tone().equals("bad"))
          .thenComparing(
              need -> need.reading().oldest(), Comparator.nullsLast(Comparator.naturalOrder()))
          .thenComparing(Need::id);

  private final Subscriptions subscriptions;
  private final StandingList standings;
  private final FailingSubscriptions failing;
  private final BacklogCounts counts;
  private final Healths healths;
  private final DeliveryList deliveries;
  private final DeliveryRows rows;
  private final Events events;
  private final FirstSteps firstSteps;
  private final OwnFaults ownFaults;
  private final OtherTenants otherTenants;
  private final Numbers numbers;
  private final Templates templates;
  private final Clock clock;

  OverviewPages(
      Subscriptions subscriptions,
      StandingList standings,
      FailingSubscriptions failing,
      BacklogCounts counts,
      Healths healths,
      DeliveryList deliveries,
      DeliveryRows rows,
      Events events,
      FirstSteps firstSteps,
      OwnFaults ownFaults,
      OtherTenants otherTenants,
      Numbers numbers,
      Templates templates,
      Clock clock) {
    this.subscriptions = subscriptions;
    this.standings = standings;
    this.failing = failing;
    this.counts = counts;
    this.healths = healths;
    this.deliveries = deliveries;
    this.rows = rows;
    this.events = events;
    this.firstSteps = firstSteps;
    this.ownFaults = ownFaults;
    this.otherTenants = otherTenants;
    this.numbers = numbers;
    this.templates = templates;
    this.clock = clock;
  }

  /**
   * A receiver that needs attention, or at least a look.
   *
   * @param enabled whether events are sent to it
   */
  record Need(String id, String place, boolean enabled, Healths.Reading reading) {
    /** Whether there is something to retry: what waits for one that is not enabled is held back. */
    boolean canRetry() {
      return enabled && !reading.waiting().isEmpty();
    }
  }

  /**
   * What the page shows.
   *
   * @param numbers how far back the numbers go; null: they are not asked for
   * @param chart null: it did not come in time
   * @param waiting what waits for all receivers together; null: it did not come in time
   * @param worst receivers with the most failures; null: they did not come in time
   */
  record Model(
      Visit visit,
      List<OwnFaults.Row> ownFaults,
      List<Need> needs,
      List<OtherTenants.Row> otherTenants,
      @Nullable Span numbers,
      @Nullable Chart chart,
      @Nullable Chart day,
      BacklogCounts.@Nullable Size waiting,
      @Nullable List<Worst> worst,
      List<DeliveryRows.Row> lastGivenUp) {
    String waits() {
      return waiting == null
          ? Numbers.UNKNOWN
          : Text.number(waiting.waiting(), BacklogCounts.COUNTED);
    }

    @Nullable Instant oldest() {
      return waiting == null ? null : waiting.oldest();
    }
  }

  /** A receiver with attempts that did not deliver. */
  record Worst(String id, String place, String failures, String success) {}

  @GetMapping("/ui")
  ResponseEntity<byte[]> overview(
      Visit visit,
      HttpServletRequest request,
      @RequestParam(name = "numbers", required = false) @Nullable String asked) {
    Tenant tenant = visit.tenant();
    Span span = asked == null ? null : Span.read(asked);
    List<OtherTenants.Row> others = otherTenants.of(visit);
    if ((others.isEmpty() || visit.chosen()) && !events.any(tenant)) {
      return firstSteps.page(visit, request, false);
    }
    Chart chart = span == null ? null : numbers.chart(tenant, null, span).orElse(null);
    DeliveryList.Filter givenUp =
        new DeliveryList.Filter(
            Delivery.State.FAILED,
            null,
            null,
            null,
            null,
            clock.instant().minus(LATELY),
            BoundedList.FIRST,
            BoundedList.LAST);
    return templates.page(
        request,
        "overview/overview.jte",
        new Model(
            visit,
            ownFaults.of(visit),
            needs(tenant),
            others,
            span,
            chart,
            span == null || span == Span.DAY
                ? chart
                : numbers.chart(tenant, null, Span.DAY).orElse(null),
            span == null ? null : numbers.waiting(tenant).orElse(null),
            span == null ? null : worst(tenant),
            rows.of(tenant, deliveries.newest(tenant, givenUp, MOST_GIVEN_UP).items())));
  }

  private @Nullable List<Worst> worst(Tenant tenant) {
    return numbers.worst(tenant).map(worst -> named(tenant, worst)).orElse(null);
  }

  private List<Worst> named(Tenant tenant, List<Numbers.Worst> worst) {
    Map<SubscriptionId, Subscription> known =
        subscriptions.findAll(tenant, worst.stream().map(Numbers.Worst::id).toList());
    return worst.stream()
        .filter(each -> known.containsKey(each.id()))
        .filter(each -> !requireNonNull(known.get(each.id())).isDeleted())
        .map(
            each ->
                new Worst(
                    each.id().toString(),
                    Text.place(requireNonNull(known.get(each.id())).terms().url()),
                    Text.number(each.failures()),
                    each.success()))
        .toList();
  }

  private List<Need> needs(Tenant tenant) {
    Set<SubscriptionId> ids = new LinkedHashSet<>(counts.most(tenant, MOST_RECEIVERS).keySet());
    ids.addAll(standings.inTrouble(tenant, MOST_RECEIVERS).keySet());
    ids.addAll(failing.since(tenant, MOST_RECEIVERS).keySet());
    subscriptions
        .disabled(tenant.name(), Limit.of(MOST_RECEIVERS))
        .forEach(id -> ids.add(new SubscriptionId(id)));
    List<Subscription> found =
        subscriptions.findAll(tenant, ids).values().stream()
            .filter(subscription -> !subscription.isDeleted())
            .toList();
    Map<SubscriptionId, Healths.Reading> readings = healths.of(tenant, found);
    return found.stream()
        .map(
            subscription ->
                new Need(
                    subscription.id().toString(),
                    Text.place(subscription.terms().url()),
                    subscription.terms().enabled(),
                    requireNonNull(readings.get(subscription.id()))))
        .sorted(MOST_URGENT_FIRST)
        .toList();
  }
}
