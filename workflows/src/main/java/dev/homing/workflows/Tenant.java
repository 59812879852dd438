package dev.homing.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Whose subscriptions and events these are. */
public record Tenant(@JsonValue String name) {
  /** Who calls without a key of a tenant. */
  public static final Tenant DEFAULT = new Tenant("default");

  @JsonCreator
  public Tenant {}

  @Override
  public String toString() {
    return name;
  }
}
