package dev.homing.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TallyTest {
  private final Tally tally = new Tally(3);

  @Test
  void anAcceptedEventThatDidNotArriveIsMissing() {
    tally.accepted(0);
    tally.accepted(7);
    tally.received(0, 0);
    tally.received(0, 2);
    tally.received(7, 1);
    tally.received(8, 1);

    assertThat(tally.missing(0)).isEqualTo(3);
    assertThat(tally.missing(1)).isEqualTo(2);
  }

  @Test
  void aRepeatedReceiptIsADuplicateAndNoDelivery() {
    tally.accepted(0);

    assertThat(tally.received(0, 1)).isTrue();
    assertThat(tally.received(0, 1)).isFalse();

    assertThat(tally.delivered()).isEqualTo(1);
    assertThat(tally.duplicates()).isEqualTo(1);
  }

  @Test
  void isRefusedOnce() {
    assertThat(tally.refused(5, 1)).isTrue();
    assertThat(tally.refused(5, 1)).isFalse();
    assertThat(tally.refused(5, 2)).isTrue();
  }

  @Test
  void withoutReceiversNothingIsMissing() {
    Tally none = new Tally(0);
    none.accepted(3);

    assertThat(none.missing(0)).isZero();
  }
}
