package dev.homing.app.statistics;

import dev.homing.activities.statistics.Statistics;
import dev.homing.activities.statistics.Statistics.Filter;
import dev.homing.app.problem.Problem;
import dev.homing.app.statistics.StatisticsView.CountsView;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What the items of a statistic are. */
enum Grouping {
  HOUR,
  DAY,
  EVENT_TYPE,
  SUBSCRIPTION;

  /** Parses a grouping; throws a problem that lists those allowed. */
  static Grouping read(String word, Set<Grouping> allowed) {
    return allowed.stream()
        .filter(grouping -> grouping.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.malformed(
                    "by must be one of "
                        + allowed.stream()
                            .sorted()
                            .map(Grouping::word)
                            .collect(Collectors.joining(", "))));
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The longest period that the items may cover. */
  Duration longestPeriod() {
    return switch (this) {
      case HOUR, DAY, EVENT_TYPE -> Duration.ofDays(31);
      case SUBSCRIPTION -> Duration.ofDays(7);
    };
  }

  List<CountsView> items(Statistics statistics, Filter filter) {
    return switch (this) {
      case HOUR -> statistics.byHour(filter).stream().map(CountsView::ofHour).toList();
      case DAY -> statistics.byDay(filter).stream().map(CountsView::ofDay).toList();
      case EVENT_TYPE ->
          statistics.byEventType(filter).stream().map(CountsView::ofEventType).toList();
      case SUBSCRIPTION ->
          statistics.bySubscription(filter).stream().map(CountsView::ofSubscription).toList();
    };
  }
}
