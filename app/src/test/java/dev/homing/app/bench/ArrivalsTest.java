package dev.homing.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private final AtomicLong millis = new AtomicLong();
  private final Arrivals arrivals = new Arrivals(() -> millis.get() * 1_000_000);

  private void beginAt(long time) {
    millis.set(time);
    arrivals.begin();
  }

  @Test
  void areCountedInTheFullestSecondWhereverItBegins() {
    beginAt(0);
    beginAt(700);
    beginAt(1_100);
    beginAt(1_699);
    beginAt(1_700);
    beginAt(5_000);

    assertThat(arrivals.mostInASecond()).isEqualTo(3);
  }

  @Test
  void areInFlightUntilTheyEnd() {
    arrivals.begin();
    arrivals.begin();
    arrivals.end();
    arrivals.begin();
    arrivals.end();
    arrivals.end();
    arrivals.begin();

    assertThat(arrivals.mostInFlight()).isEqualTo(2);
  }
}
