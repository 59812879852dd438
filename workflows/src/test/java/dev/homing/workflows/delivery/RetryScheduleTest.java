package dev.homing.workflows.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {
  /** The random number at which the jitter is zero. */
  private static final double MIDDLE = 0.5;

  private final RetrySchedule schedule =
      new RetrySchedule(20, Duration.ofSeconds(5), Duration.ofHours(12));

  @ParameterizedTest
  @CsvSource({"1, 5", "2, 10", "3, 20", "10, 2560", "14, 40960", "15, 43200", "20, 43200"})
  void doublesTheWaitUpToTheLongestInterval(int attempt, long seconds) {
    assertThat(schedule.waitAfter(attempt, null, MIDDLE)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(ints = {63, 64, 65, 100, 2000, Integer.MAX_VALUE})
  void neverOverflows(int attempt) {
    assertThat(schedule.waitAfter(attempt, null, MIDDLE)).isEqualTo(Duration.ofHours(12));
  }

  @Test
  void retriesForMoreThanThreeDaysByDefault() {
    Duration all = Duration.ZERO;
    for (int attempt = 1; attempt < schedule.maxAttempts(); attempt++) {
      all = all.plus(schedule.waitAfter(attempt, null, MIDDLE));
    }

    assertThat(all).isBetween(Duration.ofHours(80), Duration.ofHours(84));
  }

  @ParameterizedTest
  @CsvSource({"0, 0.8", "0.25, 0.9", "0.5, 1", "0.75, 1.1", "1, 1.2"})
  void jittersByTwentyPercentEitherWay(double random, double factor) {
    assertThat(schedule.waitAfter(5, null, random).toMillis())
        .isEqualTo(Math.round(80_000 * factor));
    assertThat(schedule.waitAfter(20, null, random).toMillis())
        .isEqualTo(Math.round(43_200_000 * factor));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 0.9, 1})
  void waitsAsLongAsAskedOrUpToTwentyPercentLonger(double random) {
    Duration asked = Duration.ofMinutes(10);

    assertThat(schedule.waitAfter(1, asked, random))
        .isBetween(asked, asked.plus(asked.dividedBy(5)));
  }

  @Test
  void waitsLongerThanTheLongestIntervalWhenAskedTo() {
    RetrySchedule impatient = new RetrySchedule(20, Duration.ofSeconds(1), Duration.ofSeconds(2));

    assertThat(impatient.waitAfter(20, Duration.ofHours(23), 0)).isEqualTo(Duration.ofHours(23));
  }

  @Test
  void waitsAsLongAsTheScheduleWhenAskedForLess() {
    assertThat(schedule.waitAfter(10, Duration.ofSeconds(1), MIDDLE))
        .isEqualTo(Duration.ofSeconds(2560));
  }

  @ParameterizedTest
  @CsvSource({"0, 86400", "1, 103680"})
  void waitsADayAtMostWhenAskedForMore(double random, long seconds) {
    assertThat(schedule.waitAfter(1, Duration.ofDays(3650), random))
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void refusesScheduleWithoutAnAttempt(int attempts) {
    assertThatThrownBy(
            () -> new RetrySchedule(attempts, Duration.ofSeconds(5), Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one attempt, not " + attempts);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1000, 0, 1, 999})
  void refusesIntervalsBelowASecond(long millis) {
    assertThatThrownBy(() -> new RetrySchedule(1, Duration.ofMillis(millis), Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least a second");
  }

  @Test
  void refusesALongestIntervalBelowTheFirst() {
    assertThatThrownBy(() -> new RetrySchedule(1, Duration.ofSeconds(5), Duration.ofSeconds(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("below the first");
    assertThat(new RetrySchedule(1, Duration.ofSeconds(5), Duration.ofSeconds(5)).maxInterval())
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void leavesTheNumberOfAttemptsToTheLedger() {
    assertThat(schedule.retryOptions().getMaximumAttempts()).isZero();
    assertThat(schedule.retryOptions().getInitialInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(schedule.retryOptions().getMaximumInterval()).isEqualTo(Duration.ofHours(12));
    assertThat(schedule.retryOptions().getBackoffCoefficient()).isEqualTo(2);
  }
}
