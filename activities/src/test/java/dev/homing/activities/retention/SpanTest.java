package dev.homing.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SpanTest {
  private static final Instant MIDNIGHT = Instant.parse("2026-11-24T00:00:00Z");

  @Test
  void coversTheIdsOfExactlyOneDay() {
    Span day = Span.dayOf(Instant.parse("2026-11-24T23:59:59.999999Z"));

    assertThat(day.first()).isEqualTo(UUID.fromString("01a20ada-2c00-0000-0000-000000000000"));
    assertThat(day.beyond()).isEqualTo(day.plusDays(1).first());
    assertThat(Span.between(day.first(), day.beyond())).isEqualTo(day);
  }

  @Test
  void findsTheFirstPartNotCoveredByOthers() {
    Span day = span(0, 100);

    assertThat(day.without(List.of())).contains(day);
    assertThat(day.without(List.of(span(-50, 0), span(100, 150)))).contains(day);
    assertThat(day.without(List.of(span(60, 100), span(0, 40)))).contains(span(40, 60));
    assertThat(day.without(List.of(span(-10, 10), span(20, 30)))).contains(span(10, 20));
    assertThat(day.without(List.of(span(0, 50)))).contains(span(50, 100));
    assertThat(day.without(List.of(span(0, 50), span(50, 100)))).isEmpty();
    assertThat(day.without(List.of(span(-500, 500)))).isEmpty();
  }

  @Test
  void isCutBeforeAnIdButNeverToNothing() {
    Span day = span(0, 100);

    assertThat(day.until(within(70))).isEqualTo(span(0, 70));
    assertThat(day.until(within(0))).isEqualTo(span(0, 1));
  }

  private static UUID within(int millis) {
    return new UUID(span(millis, 1_000).first().getMostSignificantBits() | 0x7abc, 17);
  }

  private static Span span(int from, int before) {
    return new Span(MIDNIGHT.plusMillis(from), MIDNIGHT.plusMillis(before));
  }
}
