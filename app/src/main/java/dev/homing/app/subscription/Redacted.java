package dev.homing.app.subscription;

import org.jspecify.annotations.Nullable;

/** The placeholder for a secret. Sent back, it keeps the secret. */
final class Redacted {
  static final String TEXT = "***";

  private Redacted() {}

  static boolean is(@Nullable String value) {
    return TEXT.equals(value);
  }
}
