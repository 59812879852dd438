package dev.homing.app.statistics;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.homing.activities.backlog.BacklogCounts;
import dev.homing.activities.statistics.Counts;
import dev.homing.activities.statistics.Statistics.Group;
import dev.homing.workflows.SubscriptionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Statistics as the API shows them.
 *
 * @param since when the period begins, at a whole hour
 * @param until when it ends, at a whole hour
 * @param total all attempts of the period; null: it did not come in time
 * @param items the attempts by hour, day, event type or subscription; null: they did not come
 * @param waiting deliveries that wait now, counted up to 10,000; null: the number did not come
 * @param oldest when the oldest event among those was accepted; null: none waits
 * @param missing names of the numbers that did not come in time
 */
record StatisticsView(
    Instant since,
    Instant until,
    @Nullable CountsView total,
    @Nullable List<CountsView> items,
    @Nullable Integer waiting,
    @Nullable Instant oldest,
    List<String> missing) {

  static StatisticsView of(
      Period period,
      Optional<Counts> total,
      Optional<List<CountsView>> items,
      Optional<BacklogCounts.Size> waiting) {
    List<String> missing = new ArrayList<>();
    return new StatisticsView(
        period.since(),
        period.until(),
        shown("total", total.map(CountsView::of), missing),
        shown("items", items, missing),
        shown("waiting", waiting.map(BacklogCounts.Size::waiting), missing),
        waiting.map(BacklogCounts.Size::oldest).orElse(null),
        missing);
  }

  private static <T> @Nullable T shown(String name, Optional<T> number, List<String> missing) {
    if (number.isEmpty()) {
      missing.add(name);
    }
    return number.orElse(null);
  }

  /**
   * What some attempts came to.
   *
   * @param hour only by hour: its start
   * @param day only by day: its start, in UTC
   * @param eventType only by event type
   * @param subscriptionId only by subscription
   * @param outcomes numbers of attempts by outcome
   * @param failed deliveries that failed with one of the attempts
   * @param cancelled deliveries that were cancelled by the answer to one
   * @param tookP50Millis half of the answers took no longer; null: there were none
   * @param tookP95Millis 95 % of them took no longer; null: there were none
   * @param ageP50Millis half of the deliveries needed no longer from accepting the event to the
   *     2xx; null: there were none
   * @param ageP95Millis 95 % of them needed no longer; null: there were none
   */
  record CountsView(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant hour,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant day,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String eventType,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SubscriptionId subscriptionId,
      long attempts,
      Map<String, Long> outcomes,
      long failed,
      long cancelled,
      @Nullable Long tookP50Millis,
      @Nullable Long tookP95Millis,
      @Nullable Long ageP50Millis,
      @Nullable Long ageP95Millis) {

    static CountsView of(Counts counts) {
      return view(null, null, null, null, counts);
    }

    static CountsView ofHour(Group<Instant> group) {
      return view(group.of(), null, null, null, group.counts());
    }

    static CountsView ofDay(Group<Instant> group) {
      return view(null, group.of(), null, null, group.counts());
    }

    static CountsView ofEventType(Group<String> group) {
      return view(null, null, group.of(), null, group.counts());
    }

    static CountsView ofSubscription(Group<SubscriptionId> group) {
      return view(null, null, null, group.of(), group.counts());
    }

    private static CountsView view(
        @Nullable Instant hour,
        @Nullable Instant day,
        @Nullable String eventType,
        @Nullable SubscriptionId subscription,
        Counts counts) {
      return new CountsView(
          hour,
          day,
          eventType,
          subscription,
          counts.attempts(),
          counts.outcomes(),
          counts.failed(),
          counts.cancelled(),
          counts.took().percentile(0.5),
          counts.took().percentile(0.95),
          counts.age().percentile(0.5),
          counts.age().percentile(0.95));
    }
  }
}
