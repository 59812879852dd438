package dev.homing.activities.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.activities.standing.Standing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DrainMessageTest {
  private static final Instant SINCE = Instant.parse("2026-11-28T12:00:00.123Z");

  @Test
  void saysHowManyWaitSinceWhenAndWhy() {
    assertThat(DrainMessage.of(2_345, standing(Standing.State.OPEN, "503"), "next at x"))
        .isEqualTo("2,345 wait · open since 2026-11-28T12:00:00Z, 503 · next at x");
  }

  @Test
  void namesTheReasonOfAReceiverThatHasNotAnswered() {
    assertThat(DrainMessage.of(1, standing(Standing.State.HALF_OPEN, null), "sends now"))
        .isEqualTo("1 waits · half open since 2026-11-28T12:00:00Z, hangs · sends now");
  }

  @Test
  void saysThatThereMayBeMoreThanAreCounted() {
    assertThat(DrainMessage.of(10_000, null, "sends now"))
        .isEqualTo("10,000 or more wait · in good standing · sends now");
  }

  private static Standing standing(Standing.State state, @Nullable String answer) {
    return new Standing(state, Standing.Reason.HANGS, SINCE, answer, null);
  }
}
