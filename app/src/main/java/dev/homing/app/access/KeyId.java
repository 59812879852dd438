package dev.homing.app.access;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.homing.workflows.PrefixedId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Names a key: {@code hk_} and a UUIDv7, with which the key itself begins. */
record KeyId(UUID uuid) {
  private static final String PREFIX = "hk_";

  /** Empty unless the text is an id of this kind. */
  static Optional<KeyId> read(String text) {
    return PrefixedId.read(PREFIX, text).map(KeyId::new);
  }

  /** When the key was made, by the clock of the node that made it. */
  Instant createdAt() {
    return PrefixedId.time(uuid);
  }

  @JsonValue
  @Override
  public String toString() {
    return PrefixedId.write(PREFIX, uuid);
  }
}
