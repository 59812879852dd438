package dev.homing.app.subscription;

import org.jspecify.annotations.Nullable;

/** What is shown in place of a secret. Sent back, it leaves the secret as it is. */
final class Redacted {
  static final String TEXT = "***";

  private Redacted() {}

  static boolean is(@Nullable String value) {
    return TEXT.equals(value);
  }
}
