package dev.homing.app.overview;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.delivery.Delivery;
import dev.homing.activities.delivery.DeliveryList;
import dev.homing.activities.event.Events;
import dev.homing.activities.failing.FailingSubscriptions;
import dev.homing.activities.standing.Standing;
import dev.homing.activities.standing.Standings;
import dev.homing.activities.subscription.Subscription;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.app.delivery.DeliveryRows;
import dev.homing.app.page.Health;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
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
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The overview of a tenant: what needs someone comes first; on the first run, the first steps. */
@RestController
class OverviewPages {
  private static final int MOST_RECEIVERS = 10;
  private static final int MOST_GIVEN_UP = 6;
  private static final int COUNTED_GIVEN_UP = 1_000;
  private static final Duration LATELY = Duration.ofDays(1);
  private static final BacklogCounts.Size NOTHING = new BacklogCounts.Size(0, null);

  private final Subscriptions subscriptions;
  private final Standings standings;
  private final FailingSubscriptions failing;
  private final BacklogCounts counts;
  private final DeliveryList deliveries;
  private final DeliveryRows rows;
  private final Events events;
  private final FirstSteps firstSteps;
  private final Templates templates;
  private final Clock clock;

  OverviewPages(
      Subscriptions subscriptions,
      Standings standings,
      FailingSubscriptions failing,
      BacklogCounts counts,
      DeliveryList deliveries,
      DeliveryRows rows,
      Events events,
      FirstSteps firstSteps,
      Templates templates,
      Clock clock) {
    this.subscriptions = subscriptions;
    this.standings = standings;
    this.failing = failing;
    this.counts = counts;
    this.deliveries = deliveries;
    this.rows = rows;
    this.events = events;
    this.firstSteps = firstSteps;
    this.templates = templates;
    this.clock = clock;
  }

  /**
   * A receiver that needs someone, or at least a look.
   *
   * @param waiting like {@code 1,000+}; empty: nothing waits
   * @param oldest when the oldest of these was accepted; null: nothing waits
   */
  record Need(String id, String place, Health health, String waiting, @Nullable Instant oldest) {}

  /**
   * What the page shows.
   *
   * @param waiting what waits for all receivers together
   * @param givenUp of the last day, like {@code 1,000+}
   */
  record Model(
      Visit visit,
      List<Need> needs,
      String waiting,
      @Nullable Instant oldest,
      String givenUp,
      List<DeliveryRows.Row> lastGivenUp) {
    long inTrouble() {
      return needs.stream().filter(need -> need.health().tone().equals("bad")).count();
    }
  }

  @GetMapping("/ui")
  ResponseEntity<byte[]> overview(Visit visit, HttpServletRequest request) {
    Tenant tenant = visit.tenant();
    if (!events.any(tenant)) {
      return firstSteps.show(visit, request);
    }
    BacklogCounts.OfTenant waiting = counts.waiting(tenant, MOST_RECEIVERS);
    UUID yesterday = firstIdOf(clock.instant().minus(LATELY));
    DeliveryList.Filter givenUp =
        new DeliveryList.Filter(
            Delivery.State.FAILED, null, null, null, yesterday, new UUID(-1, -1));
    return templates.page(
        request,
        "overview/overview.jte",
        new Model(
            visit,
            needs(tenant, waiting),
            Text.number(waiting.all().waiting(), BacklogCounts.COUNTED),
            waiting.all().oldest(),
            Text.number(deliveries.givenUp(tenant, yesterday, COUNTED_GIVEN_UP), COUNTED_GIVEN_UP),
            rows.of(tenant, deliveries.newest(tenant, givenUp, MOST_GIVEN_UP))));
  }

  private List<Need> needs(Tenant tenant, BacklogCounts.OfTenant waiting) {
    List<Subscription> disabled = subscriptions.disabled(tenant.name(), Limit.of(MOST_RECEIVERS));
    Set<SubscriptionId> ids = new LinkedHashSet<>(waiting.most().keySet());
    ids.addAll(standings.inTrouble(tenant, MOST_RECEIVERS).keySet());
    ids.addAll(failing.since(tenant, MOST_RECEIVERS).keySet());
    disabled.forEach(subscription -> ids.add(subscription.id()));
    Map<SubscriptionId, Instant> since = failing.since(tenant, ids);
    Map<SubscriptionId, Standing> known = standings.of(tenant, ids);
    Map<SubscriptionId, BacklogCounts.Size> sizes = counts.waiting(tenant, ids);
    return subscriptions.findAll(tenant, ids).values().stream()
        .filter(subscription -> !subscription.isDeleted())
        .map(
            subscription ->
                need(
                    subscription,
                    Optional.ofNullable(known.get(subscription.id())),
                    sizes.getOrDefault(subscription.id(), NOTHING),
                    since.get(subscription.id())))
        .sorted(
            Comparator.comparing((Need need) -> !need.health().tone().equals("bad"))
                .thenComparing(Need::oldest, Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparing(Need::id))
        .toList();
  }

  private static Need need(
      Subscription subscription,
      Optional<Standing> standing,
      BacklogCounts.Size waiting,
      @Nullable Instant failing) {
    return new Need(
        subscription.id().toString(),
        Text.visible(Text.place(subscription.terms().url())),
        Health.of(subscription, standing, waiting, failing),
        waiting.waiting() == 0 ? "" : Text.number(waiting.waiting(), BacklogCounts.COUNTED_OF_EACH),
        waiting.oldest());
  }

  /** Ids begin with the milliseconds of their time (RFC 9562, UUIDv7). */
  private static UUID firstIdOf(Instant time) {
    return new UUID(time.toEpochMilli() << 16, 0);
  }
}
