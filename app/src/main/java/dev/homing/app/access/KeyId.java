package dev.homing.app.access;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.homing.workflows.PrefixedId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The id of an API key, with which the key begins: {@code hk_} and a UUIDv7. */
public record KeyId(UUID uuid) {
  private static final String PREFIX = "hk_";

  /** Parses an id; empty if the text is not one. */
  public static Optional<KeyId> read(String text) {
    return PrefixedId.read(PREFIX, text).map(KeyId::new);
  }

  /** When the key was created, by the clock of the node that created it. */
  Instant createdAt() {
    return PrefixedId.time(uuid);
  }

  @JsonValue
  @Override
  public String toString() {
    return PrefixedId.write(PREFIX, uuid);
  }
}
