package dev.homing.app.statistics;

import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.statistics.Counts;
import dev.homing.activities.statistics.Statistics;
import dev.homing.activities.statistics.Statistics.Filter;
import dev.homing.activities.statistics.Statistics.Group;
import dev.homing.app.database.StatisticsDatabase;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Numbers for pages. Each is empty if it does not come in time, so that the rest of a page is
 * shown.
 */
@Component
public class Numbers {
  /** Stands for a number that did not come, or that nothing was counted for. */
  public static final String UNKNOWN = "–";

  private static final int WORST = 5;

  private final StatisticsDatabase database;
  private final Clock clock;

  Numbers(StatisticsDatabase database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * How attempts went.
   *
   * @param subscription null: all of the tenant
   */
  public Optional<Chart> chart(Tenant tenant, @Nullable SubscriptionId subscription, Span span) {
    Instant now = clock.instant();
    return database.ask(
        tenant,
        jdbc ->
            Chart.of(
                span, now, new Statistics(jdbc).byHour(filter(tenant, subscription, span, now))));
  }

  private static Filter filter(
      Tenant tenant, @Nullable SubscriptionId subscription, Span span, Instant now) {
    return new Filter(tenant, subscription, null, span.since(now), Span.until(now));
  }

  /** How attempts for each of these subscriptions went in 24 hours, by one query. */
  public Optional<Map<SubscriptionId, Chart>> charts(
      Tenant tenant, Collection<SubscriptionId> subscriptions) {
    Instant now = clock.instant();
    return database.ask(
        tenant,
        jdbc ->
            new Statistics(jdbc)
                .byHour(filter(tenant, null, Span.DAY, now), subscriptions).entrySet().stream()
                    .collect(
                        Collectors.toMap(
                            Map.Entry::getKey, of -> Chart.of(Span.DAY, now, of.getValue()))));
  }

  /**
   * A receiver with attempts that did not deliver.
   *
   * @param failures such attempts
   * @param success the share of all its attempts that delivered
   */
  public record Worst(SubscriptionId id, long failures, String success) {
    private static Worst of(Group<SubscriptionId> group) {
      Counts counts = group.counts();
      return new Worst(group.of(), counts.notDelivered(), Chart.success(counts));
    }
  }

  /** The receivers for which most attempts did not deliver in 24 hours. */
  public Optional<List<Worst>> worst(Tenant tenant) {
    Filter day = filter(tenant, null, Span.DAY, clock.instant());
    return database.ask(
        tenant,
        jdbc ->
            new Statistics(jdbc).bySubscription(day).stream().limit(WORST).map(Worst::of).toList());
  }

  /** What waits for all receivers of a tenant. */
  public Optional<BacklogCounts.Size> waiting(Tenant tenant) {
    return database.ask(tenant, jdbc -> new BacklogCounts(jdbc).waiting(tenant));
  }
}
