package dev.homing.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The owner of subscriptions and events. */
public record Tenant(@JsonValue String name) {
  /** The tenant of callers without a tenant's key. */
  public static final Tenant DEFAULT = new Tenant("default");

  @JsonCreator
  public Tenant {}

  @Override
  public String toString() {
    return name;
  }
}
