package dev.homing.app.node;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.homing.app.journey.RunningHoming;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkersTest {
  /** Otherwise what comes next at a stop is left out: attempts under way would not be awaited. */
  @Test
  void stopWithoutEverReachingTemporal() {
    try (RunningHoming homing = RunningHoming.startAlone("workers", Map.of())) {
      Workers workers = homing.bean(Workers.class);

      assertThatCode(workers::stop).doesNotThrowAnyException();
    }
  }
}
