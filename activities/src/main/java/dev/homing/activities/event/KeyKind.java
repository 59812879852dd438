package dev.homing.activities.event;

import java.util.Locale;

/** What a client's key names; declared in the order in which transactions lock keys. */
public enum KeyKind {
  /** The event. */
  EXTERNAL_ID,
  /** The request. */
  IDEMPOTENCY;

  /** The word that PostgreSQL stores. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static KeyKind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
