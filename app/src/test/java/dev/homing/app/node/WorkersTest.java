package dev.homing.app.node;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.homing.app.development.Port;
import dev.homing.app.development.RealParts;
import dev.homing.app.journey.RunningHoming;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkersTest {
  /** Otherwise what comes next at a stop is left out: attempts under way would not be awaited. */
  @Test
  void stopWithoutEverReachingTemporal() {
    try (RunningHoming homing =
        RunningHoming.start(
            Map.of(
                "DATABASE_URL", RealParts.shared().postgres().database("workers"),
                "REDIS_URL", "redis://127.0.0.1:" + Port.free(),
                "TEMPORAL_ADDRESS", "127.0.0.1:" + Port.free()))) {
      Workers workers = homing.bean(Workers.class);

      assertThatCode(workers::stop).doesNotThrowAnyException();
    }
  }
}
