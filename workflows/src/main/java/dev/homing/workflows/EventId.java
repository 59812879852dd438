package dev.homing.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** An event's id: {@code evt_} and a UUIDv7. Its workflow has the same id. */
public record EventId(UUID uuid) {
  private static final String PREFIX = "evt_";

  /** Empty unless the text is an id of this kind. */
  public static Optional<EventId> read(String text) {
    return PrefixedId.read(PREFIX, text).map(EventId::new);
  }

  /**
   * When the event was accepted: the only time of an event that is shown, compared and sorted by.
   */
  public Instant acceptedAt() {
    return PrefixedId.time(uuid);
  }

  @JsonCreator
  static EventId of(String text) {
    return read(text).orElseThrow(() -> new IllegalArgumentException("not an id: " + text));
  }

  @JsonValue
  @Override
  public String toString() {
    return PrefixedId.write(PREFIX, uuid);
  }
}
