package dev.homing.app.statistics;

import dev.homing.app.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.stream.Collectors;

/** How far back the numbers of a page go. */
public enum Span {
  DAY("24h", "24 hours", Duration.ofHours(1), 24),
  WEEK("7d", "7 days", Duration.ofHours(6), 28),
  MONTH("30d", "30 days", Duration.ofDays(1), 30);

  private final String word;
  private final String words;
  private final Duration step;
  private final int bars;

  Span(String word, String words, Duration step, int bars) {
    this.word = word;
    this.words = words;
    this.step = step;
    this.bars = bars;
  }

  /** Parses the word for a span; throws a problem that lists them. */
  public static Span read(String word) {
    return Arrays.stream(values())
        .filter(span -> span.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Problem.malformed(
                    "numbers must be one of "
                        + Arrays.stream(values())
                            .map(Span::word)
                            .collect(Collectors.joining(", "))));
  }

  /** As the query has it, like {@code 24h}. */
  public String word() {
    return word;
  }

  /** Like {@code 24 hours}. */
  public String words() {
    return words;
  }

  /** What one bar stands for. */
  Duration step() {
    return step;
  }

  int bars() {
    return bars;
  }

  /** The start of the last bar, which is in progress; bars begin at whole steps in UTC. */
  Instant last(Instant now) {
    long seconds = step.toSeconds();
    return Instant.ofEpochSecond(now.getEpochSecond() / seconds * seconds);
  }

  /** The start of the first bar; a day at least back from the last hour. */
  Instant since(Instant now) {
    return last(now).minus(step.multipliedBy(bars - 1L));
  }

  /** The end of the hour in progress. */
  static Instant until(Instant now) {
    return now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
  }
}
