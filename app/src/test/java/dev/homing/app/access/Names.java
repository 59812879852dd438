package dev.homing.app.access;

import java.util.UUID;

/** Names that no other test uses. */
final class Names {
  private Names() {}

  static String unique() {
    return "t-" + UUID.randomUUID();
  }
}
