package dev.homing.app.statistics;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.routing.EventTypes;
import dev.homing.activities.statistics.Statistics;
import dev.homing.activities.statistics.Statistics.Filter;
import dev.homing.activities.subscription.SubscriptionKey;
import dev.homing.activities.subscription.Subscriptions;
import dev.homing.app.database.StatisticsDatabase;
import dev.homing.app.problem.Problem;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows how attempts go. A number that does not come in time is left out, and the rest is shown.
 */
@RestController
class StatisticsController {
  private static final Set<Grouping> OF_TENANT = EnumSet.allOf(Grouping.class);
  private static final Set<Grouping> OF_SUBSCRIPTION =
      EnumSet.complementOf(EnumSet.of(Grouping.SUBSCRIPTION));

  private final StatisticsDatabase database;
  private final Subscriptions subscriptions;
  private final Clock clock;

  StatisticsController(StatisticsDatabase database, Subscriptions subscriptions, Clock clock) {
    this.database = database;
    this.subscriptions = subscriptions;
    this.clock = clock;
  }

  /**
   * Counts attempts of the tenant. The period is at most 31 days long, by subscription 7.
   *
   * @param by what an item counts: an {@code hour}, a {@code day}, an {@code event_type} or a
   *     {@code subscription}
   * @param eventType only attempts for events of this type
   * @param since only from this time on, widened to the whole hour; a day before {@code until} if
   *     left out
   * @param until only before this time, widened to the whole hour; now if left out
   */
  @GetMapping("/stats")
  StatisticsView ofTenant(
      @AuthenticationPrincipal Tenant tenant,
      @RequestParam(defaultValue = "hour") String by,
      @RequestParam(name = "event_type", required = false) @Nullable String eventType,
      @RequestParam(required = false) @Nullable String since,
      @RequestParam(required = false) @Nullable String until) {
    return answer(
        tenant,
        null,
        Grouping.read(by, OF_TENANT),
        eventType,
        since,
        until,
        counts -> counts.waiting(tenant));
  }

  /**
   * Counts attempts for a subscription. The period is at most 31 days long.
   *
   * @param by what an item counts: an {@code hour}, a {@code day} or an {@code event_type}
   * @param eventType only attempts for events of this type
   * @param since only from this time on, widened to the whole hour; a day before {@code until} if
   *     left out
   * @param until only before this time, widened to the whole hour; now if left out
   * @throws Problem 404: there is no such subscription
   */
  @GetMapping("/subscriptions/{id}/stats")
  StatisticsView ofSubscription(
      @AuthenticationPrincipal Tenant tenant,
      @PathVariable String id,
      @RequestParam(defaultValue = "hour") String by,
      @RequestParam(name = "event_type", required = false) @Nullable String eventType,
      @RequestParam(required = false) @Nullable String since,
      @RequestParam(required = false) @Nullable String until) {
    SubscriptionId subscription =
        SubscriptionId.read(id)
            .filter(known -> subscriptions.find(tenant, known).isPresent())
            .orElseThrow(() -> Problem.notFound("subscription", id));
    return answer(
        tenant,
        subscription,
        Grouping.read(by, OF_SUBSCRIPTION),
        eventType,
        since,
        until,
        counts -> counts.waiting(new SubscriptionKey(tenant, subscription)));
  }

  private StatisticsView answer(
      Tenant tenant,
      @Nullable SubscriptionId subscription,
      Grouping grouping,
      @Nullable String eventType,
      @Nullable String since,
      @Nullable String until,
      Function<BacklogCounts, BacklogCounts.Size> waiting) {
    if (eventType != null && !EventTypes.isType(eventType)) {
      throw Problem.malformed("event_type must be an event type, like order.created");
    }
    Period period = Period.of(since, until, grouping.longestPeriod(), clock.instant());
    Filter filter = new Filter(tenant, subscription, eventType, period.since(), period.until());
    return StatisticsView.of(
        period,
        ask(tenant, statistics -> statistics.total(filter)),
        ask(tenant, statistics -> grouping.items(statistics, filter)),
        database.ask(tenant, jdbc -> waiting.apply(new BacklogCounts(jdbc))));
  }

  private <T> Optional<T> ask(Tenant tenant, Function<Statistics, T> question) {
    return database.ask(tenant, (JdbcClient jdbc) -> question.apply(new Statistics(jdbc)));
  }
}
