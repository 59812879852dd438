package dev.homing.app.portal;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.homing.workflows.PrefixedId;
import java.util.Optional;
import java.util.UUID;

/** The id of a portal link, with which the link begins: {@code hp_} and a UUIDv7. */
public record PortalLinkId(UUID uuid) {
  private static final String PREFIX = "hp_";

  /** Parses an id; empty if the text is not one. */
  public static Optional<PortalLinkId> read(String text) {
    return PrefixedId.read(PREFIX, text).map(PortalLinkId::new);
  }

  @JsonValue
  @Override
  public String toString() {
    return PrefixedId.write(PREFIX, uuid);
  }
}
