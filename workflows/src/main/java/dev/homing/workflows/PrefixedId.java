package dev.homing.workflows;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;

/** Reads and writes ids: a prefix for the kind, then a UUID. */
public final class PrefixedId {
  /** PostgreSQL's order of UUIDs: by bytes, and so by text. Java's own compares signed halves. */
  public static final Comparator<UUID> ORDER =
      Comparator.comparingLong((UUID uuid) -> uuid.getMostSignificantBits() + Long.MIN_VALUE)
          .thenComparingLong(uuid -> uuid.getLeastSignificantBits() + Long.MIN_VALUE);

  private PrefixedId() {}

  /** When an id was made, by the clock of the node that made it (RFC 9562, section 5.7). */
  public static Instant time(UUID uuid) {
    return Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> 16);
  }

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
