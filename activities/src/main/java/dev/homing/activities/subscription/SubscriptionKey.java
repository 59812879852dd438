package dev.homing.activities.subscription;

import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import jakarta.persistence.Embeddable;
import java.io.Serializable;
import java.util.UUID;

/** The primary key of a subscription. */
@Embeddable
public record SubscriptionKey(String tenant, UUID id) implements Serializable {
  public SubscriptionKey(Tenant tenant, SubscriptionId id) {
    this(tenant.name(), id.uuid());
  }
}
