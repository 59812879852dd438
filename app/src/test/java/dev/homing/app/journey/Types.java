package dev.homing.app.journey;

import java.util.concurrent.atomic.AtomicInteger;

/** Event types that no other test uses. */
final class Types {
  private static final AtomicInteger LAST = new AtomicInteger();

  private Types() {}

  /** Begins as given, in a namespace of its own. */
  static String unique(String rest) {
    return "t" + LAST.incrementAndGet() + "." + rest;
  }

  static String unique() {
    return unique("happened");
  }
}
