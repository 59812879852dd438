package dev.homing.activities.pace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.subscription.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnCountsTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** Begins near the end of what a long can count, as nanoTime may. */
  private long now = Long.MAX_VALUE - SECOND;

  private final OwnCounts counts = new OwnCounts(() -> now);

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 1",
    "7, 1",
    "19, 1",
    "20, 1",
    "100, 1",
    "999, 1",
    "10, 60",
    "600, 60",
    "1, 3600",
    "5000, 3600"
  })
  void noPeriodHasMoreThanTheLimitAndATwentieth(int limit, int perSeconds) {
    List<Level> levels = rate(limit, perSeconds);
    long period = perSeconds * SECOND;
    Random random = new Random(limit);
    List<Long> begun = new ArrayList<>();
    while (begun.size() < 5 * limit + 5) {
      if (counts.tryBegin(levels).isZero()) {
        begun.add(now);
      }
      now +=
          switch (random.nextInt(10)) {
            case 0 -> random.nextLong(2 * period);
            case 1, 2, 3 -> random.nextLong(3 * period / limit);
            default -> random.nextLong(period / limit / 2 + 1);
          };
    }

    assertThat(mostInAPeriod(begun, period)).isBetween(1, limit + limit / 20);
  }

  private static int mostInAPeriod(List<Long> begun, long period) {
    int most = 0;
    for (int first = 0, next = 0; first < begun.size(); first++) {
      while (next < begun.size() && begun.get(next) - begun.get(first) < period) {
        next++;
      }
      most = Math.max(most, next - first);
    }
    return most;
  }

  @Test
  void wholeLimitIsUsedWhileMoreWaits() {
    List<Level> levels = rate(100, 1);
    int begun = 0;
    for (int millis = 0; millis < 10_000; millis++) {
      while (counts.tryBegin(levels).isZero()) {
        begun++;
      }
      now += SECOND / 1_000;
    }

    assertThat(begun).isBetween(1_000, 1_005);
  }

  @Test
  void nextOneMayBeginAfterTheWait() {
    List<Level> levels = rate(3, 1);
    counts.begin(levels);

    Duration wait = counts.tryBegin(levels);

    assertThat(wait).isBetween(Duration.ofMillis(333), Duration.ofMillis(334));
    now += wait.toNanos() - 1;
    assertThat(counts.tryBegin(levels)).isEqualTo(Duration.ofNanos(1));
    now++;
    assertThat(counts.tryBegin(levels)).isZero();
  }

  @Test
  void requestedOnesDelayOthersByAPeriodAtMost() {
    List<Level> levels = rate(1, 60);
    for (int i = 0; i < 1_000; i++) {
      counts.begin(levels);
    }

    assertThat(counts.tryBegin(levels)).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void noMoreAreInFlightThanAllowed() {
    List<Level> levels = List.of(new Level("a", null, 2));
    assertThat(counts.tryBegin(levels)).isZero();
    assertThat(counts.tryBegin(levels)).isZero();

    assertThat(counts.tryBegin(levels)).isEqualTo(Level.ASK_AGAIN);
    counts.end(levels);
    assertThat(counts.tryBegin(levels)).isZero();
  }

  private static List<Level> rate(int limit, int perSeconds) {
    Pace.Rate rate = new Pace.Rate(limit, Duration.ofSeconds(perSeconds));
    return List.of(new Level("a", Spacing.of(rate), null));
  }
}
