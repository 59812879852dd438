package dev.homing.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** A subscription's id: {@code sub_} and a UUIDv7. */
public record SubscriptionId(UUID uuid) {
  private static final String PREFIX = "sub_";

  /** Empty unless the text is an id of this kind. */
  public static Optional<SubscriptionId> read(String text) {
    return PrefixedId.read(PREFIX, text).map(SubscriptionId::new);
  }

  /** When the subscription was registered, by the clock of the node that registered it. */
  public Instant createdAt() {
    return PrefixedId.time(uuid);
  }

  @JsonCreator
  static SubscriptionId of(String text) {
    return read(text).orElseThrow(() -> new IllegalArgumentException("not an id: " + text));
  }

  @JsonValue
  @Override
  public String toString() {
    return PrefixedId.write(PREFIX, uuid);
  }
}
