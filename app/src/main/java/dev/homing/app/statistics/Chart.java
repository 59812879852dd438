package dev.homing.app.statistics;

import dev.homing.activities.statistics.Counts;
import dev.homing.activities.statistics.Statistics.Group;
import dev.homing.app.page.Text;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How attempts went over some time, as pages show it.
 *
 * @param bars first to last, none left out
 * @param total all of the time together
 */
public record Chart(Span span, List<Bar> bars, Counts total) {

  static Chart of(Span span, Instant now, List<Group<Instant>> hours) {
    Instant since = span.since(now);
    long seconds = span.step().toSeconds();
    Map<Long, List<Group<Instant>>> byBar =
        hours.stream()
            .collect(
                Collectors.groupingBy(
                    hour ->
                        Math.floorDiv(
                            hour.of().getEpochSecond() - since.getEpochSecond(), seconds)));
    return new Chart(
        span,
        IntStream.range(0, span.bars())
            .mapToObj(
                i ->
                    Bar.of(
                        since.plusSeconds(i * seconds),
                        sum(byBar.getOrDefault((long) i, List.of()))))
            .toList(),
        sum(hours));
  }

  private static Counts sum(List<Group<Instant>> groups) {
    return Counts.sum(groups.stream().map(Group::counts).toList());
  }

  /** The number of attempts in the highest bar, at least 1. */
  public long highest() {
    return Math.max(1, bars.stream().mapToLong(Bar::attempts).max().orElse(1));
  }

  /** The share of attempts that delivered, like {@code 99.2 %}; {@code –}: there were none. */
  public String success() {
    return success(total);
  }

  /** Rounded down, so that 100 % means all. */
  static String success(Counts counts) {
    return counts.attempts() == 0
        ? Numbers.UNKNOWN
        : Text.permille(1_000 * counts.delivered() / counts.attempts());
  }

  public String delivered() {
    return Text.number(total.delivered());
  }

  public String givenUp() {
    return Text.number(total.failed());
  }

  /** Half of the deliveries took no longer from accepting the event to the 2xx. */
  public String age(double share) {
    return millis(total.age().percentile(share));
  }

  /** How long answers took. */
  public String took(double share) {
    return millis(total.took().percentile(share));
  }

  private static String millis(@Nullable Long millis) {
    return millis == null ? Numbers.UNKNOWN : Text.millis(millis);
  }

  /** Outcomes, with how often each came; what came most, first. */
  public List<Map.Entry<String, String>> answers() {
    return total.outcomes().entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .map(outcome -> Map.entry(outcome.getKey(), Text.number(outcome.getValue())))
        .toList();
  }
}
