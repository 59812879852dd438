package dev.homing.app.audit;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The audited changes. Publishing is not one of them: the events record it. */
public enum Action {
  SUBSCRIPTION_CREATED,
  SUBSCRIPTION_CHANGED,
  SUBSCRIPTION_ROTATED,
  SUBSCRIPTION_REVEALED,
  SUBSCRIPTION_TESTED,
  SUBSCRIPTION_DELETED,
  DELIVERY_RETRIED,
  DELIVERY_CANCELLED,
  TENANT_CREATED,
  TENANT_CHANGED,
  KEY_CREATED,
  KEY_REVOKED,
  REPAIR_REQUESTED,
  SECRETS_RESEALED;

  /** The action with a name in the API; empty if there is none. */
  public static Optional<Action> of(String word) {
    return Arrays.stream(values()).filter(action -> action.word().equals(word)).findFirst();
  }

  /** The name in the API: {@code subscription.created}. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '.');
  }
}
