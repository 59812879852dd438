package dev.homing.workflows;

import java.util.Optional;
import java.util.UUID;

/** Reads and writes ids as people see them: a prefix that names the kind, then a UUID. */
public final class PrefixedId {
  private PrefixedId() {}

  public static String write(String prefix, UUID uuid) {
    return prefix + uuid;
  }

  /** Empty unless the text is the prefix followed by a UUID in lower case, with hyphens. */
  public static Optional<UUID> read(String prefix, String text) {
    if (!text.startsWith(prefix) || text.length() != prefix.length() + 36) {
      return Optional.empty();
    }
    try {
      UUID uuid = UUID.fromString(text.substring(prefix.length()));
      return write(prefix, uuid).equals(text) ? Optional.of(uuid) : Optional.empty();
    } catch (IllegalArgumentException notAnId) {
      return Optional.empty();
    }
  }
}
