package dev.homing.activities.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:49:30Z");

  @ParameterizedTest
  @CsvSource({
    "1, PT1S",
    "120, PT2M",
    "0060, PT1M",
    "86400, PT24H",
    "86401, PT24H",
    "9999999999, PT24H"
  })
  void readsSecondsUpToADay(String value, Duration expected) {
    assertThat(read(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"
      })
  void readsEachFormOfADate(String value) {
    assertThat(read(value)).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void waitsADayAtMostForADate() {
    assertThat(read("Fri, 31 Dec 1999 23:59:59 GMT")).isEqualTo(Duration.ofHours(24));
  }

  @Test
  void readsATwoDigitYearAsTheNearestCentury() {
    Instant endOfCentury = Instant.parse("1999-12-31T23:59:59Z");

    assertThat(RetryAfter.read(List.of("Saturday, 01-Jan-00 00:00:09 GMT"), endOfCentury))
        .isEqualTo(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "+1",
        "1.5",
        "1e3",
        "NaN",
        "soon",
        "10000000000",
        "1, 2",
        "١٢",
        "1 s",
        "Sun, 06 Nov 1994 08:49:30 GMT",
        "Sun, 06 Nov 1994 08:49:29 GMT",
        "Mon, 07 Nov 1955 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 PST",
        "Sun, 99 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z"
      })
  void ignoresWhatIsPastOrUnclear(String value) {
    assertThat(read(value)).isNull();
  }

  @Test
  void ignoresTwoAnswers() {
    assertThat(RetryAfter.read(List.of("10", "20"), NOW)).isNull();
    assertThat(RetryAfter.read(List.of(), NOW)).isNull();
  }

  private static @Nullable Duration read(String value) {
    return RetryAfter.read(List.of(value), NOW);
  }
}
