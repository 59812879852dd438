package dev.homing.activities.event;

import java.util.Locale;

/** What a client's key names; in the order in which all transactions take keys. */
public enum KeyKind {
  /** The event. */
  EXTERNAL_ID,
  /** The request. */
  IDEMPOTENCY;

  /** As PostgreSQL has it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static KeyKind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
