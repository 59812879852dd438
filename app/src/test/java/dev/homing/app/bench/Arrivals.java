package dev.homing.app.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** How many requests come within a second, and how many are without an answer at a time. */
final class Arrivals {
  private static final long SECOND = 1_000_000_000;

  private final LongSupplier nanoTime;
  private final Deque<Long> lastSecond = new ArrayDeque<>();
  private int mostInASecond;
  private int inFlight;
  private int mostInFlight;

  Arrivals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  synchronized void begin() {
    long now = nanoTime.getAsLong();
    while (!lastSecond.isEmpty() && now - lastSecond.getFirst() >= SECOND) {
      lastSecond.removeFirst();
    }
    lastSecond.addLast(now);
    mostInASecond = Math.max(mostInASecond, lastSecond.size());
    inFlight++;
    mostInFlight = Math.max(mostInFlight, inFlight);
  }

  /** To be called before the answer is sent, as the next request may come right after it. */
  synchronized void end() {
    inFlight--;
  }

  /** In any second, wherever it begins. */
  synchronized int mostInASecond() {
    return mostInASecond;
  }

  synchronized int mostInFlight() {
    return mostInFlight;
  }
}
