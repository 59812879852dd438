package dev.homing.app.bench;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether events with the same ordering key come in the order in which they were accepted. */
final class Order {
  private final ConcurrentHashMap<Sequence, Integer> latest = new ConcurrentHashMap<>();
  private final AtomicInteger violations = new AtomicInteger();

  private record Sequence(int receiver, int key) {}

  /** The first receipt of an event; the later it was accepted, the higher its number. */
  void received(int event, int key, int receiver) {
    latest.merge(
        new Sequence(receiver, key),
        event,
        (before, now) -> {
          if (now < before) {
            violations.incrementAndGet();
          }
          return Math.max(before, now);
        });
  }

  /** Receipts that came after one of a later event. */
  int violations() {
    return violations.get();
  }
}
